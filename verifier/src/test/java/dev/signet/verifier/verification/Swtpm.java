// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A fresh swtpm, driven by tpm2-tools: code that shares nothing with ours. */
final class Swtpm implements AutoCloseable {
  private final Path directory;
  private final Process process;

  /** Whether both programs are on the PATH. */
  static boolean isInstalled() {
    return Stream.of("swtpm", "tpm2_activatecredential")
        .allMatch(
            name ->
                Stream.of(System.getenv("PATH").split(":"))
                    .anyMatch(folder -> Files.isExecutable(Path.of(folder, name))));
  }

  Swtpm(Path directory) throws IOException, InterruptedException {
    this.directory = directory;
    Path socket = directory.resolve("s");
    process =
        new ProcessBuilder(
                "swtpm",
                "socket",
                "--tpm2",
                "--tpmstate",
                "dir=" + directory,
                "--ctrl",
                "type=unixio,path=" + socket + ".ctrl",
                "--server",
                "type=unixio,path=" + socket,
                "--flags",
                "not-need-init,startup-clear")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("swtpm.log").toFile())
            .start();
    for (int i = 0; i < 200 && !Files.exists(socket); i++) {
      if (process.waitFor(25, TimeUnit.MILLISECONDS)) {
        throw new IOException("swtpm ended: " + Files.readString(directory.resolve("swtpm.log")));
      }
    }
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  /** Runs one tool in the directory, then flushes the TPM's transient objects. */
  void run(String command) throws IOException, InterruptedException {
    tool(command);
    tool("tpm2_flushcontext -t");
  }

  private void tool(String command) throws IOException, InterruptedException {
    Path output = directory.resolve("out.txt");
    List<String> words = new ArrayList<>(List.of(command.split(" ")));
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("TPM2TOOLS_TCTI", "swtpm:path=" + directory.resolve("s"));
    Process tool = builder.start();
    if (!tool.waitFor(30, TimeUnit.SECONDS) || tool.exitValue() != 0) {
      tool.destroyForcibly();
      throw new IOException(command + " failed: " + Files.readString(output));
    }
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
  }
}
