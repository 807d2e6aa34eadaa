// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.signet.protocol.Digest;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

/**
 * The digest that the launcher gives of itself: SHA-256 over the sorted lines "digest, two spaces,
 * file name" of every file that the JVM takes the launcher's code from: its class path, and the
 * ahead-of-time cache or shared archive that it was started with. It is the launcher's own word;
 * only a boot chain or IMA can vouch for it.
 */
public final class LauncherDigest {
  /** Options that name files of ready-made code, of one JDK or another. */
  private static final List<String> ARCHIVES = List.of("AOTCache", "SharedArchiveFile");

  private static final FutureTask<Digest> OWN = new FutureTask<>(LauncherDigest::ofThisProcess);

  private LauncherDigest() {}

  /**
   * Of the running program. The files are read once in the life of the process, by the first who
   * asks.
   *
   * @throws IOException if one of them cannot be read
   */
  public static Digest ofRunningProgram() throws IOException {
    OWN.run();
    try {
      return OWN.get();
    } catch (ExecutionException e) {
      throw new IOException("the launcher's own files cannot be read: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the launcher's own files were read", e);
    }
  }

  /** Has a thread read the files, some tens of megabytes, beside the first steps of a launch. */
  static void prepare() {
    Thread.ofPlatform().daemon().name("signet-own-digest").start(OWN);
  }

  private static Digest ofThisProcess() throws IOException {
    NativeSha256.install();
    return of(System.getProperty("java.class.path"), archives());
  }

  /** Asked of the JVM, as the options may stand in files and variables too. */
  private static List<Path> archives() {
    HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    List<Path> named = new ArrayList<>();
    for (String option : ARCHIVES) {
      try {
        String value = vm.getVMOption(option).getValue();
        if (value != null && !value.isEmpty()) {
          named.add(Path.of(value));
        }
      } catch (IllegalArgumentException e) {
        continue; // this JVM has no such option, so nothing came from there
      }
    }
    return named;
  }

  static Digest of(String classPath, List<Path> archives) throws IOException {
    List<Path> files = new ArrayList<>();
    archives.stream().filter(Files::isRegularFile).forEach(files::add);
    for (String entry : classPath.split(File.pathSeparator)) {
      Path path = Path.of(entry);
      if (Files.isDirectory(path)) {
        try (Stream<Path> below = Files.walk(path)) {
          below.filter(Files::isRegularFile).forEach(files::add);
        } catch (UncheckedIOException e) {
          throw e.getCause();
        }
      } else if (Files.isRegularFile(path)) {
        files.add(path);
      }
    }
    List<String> lines = new ArrayList<>();
    for (Path file : files) {
      try (InputStream in = Files.newInputStream(file)) {
        lines.add(Digest.hash(in).toHex() + "  " + file.getFileName() + "\n");
      }
    }
    lines.sort(null);
    return Digest.hash(String.join("", lines).getBytes(StandardCharsets.UTF_8));
  }
}
