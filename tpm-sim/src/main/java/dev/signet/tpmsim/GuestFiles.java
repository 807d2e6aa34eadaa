// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.tpmsim;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a virtual machine boots: kernel, initrd and a root file system with systemd, of Debian; made
 * by {@code tpm-sim/src/guest/build-guest}.
 *
 * @param root ext4; machines get copies
 */
public record GuestFiles(Path kernel, Path initrd, Path root) {
  private static final long MAKING_A_DISK = 120;

  /**
   * Finds them in a directory.
   *
   * @throws TpmSimulationException if one is missing
   */
  public static GuestFiles in(Path directory) throws TpmSimulationException {
    GuestFiles files =
        new GuestFiles(
            directory.resolve("vmlinuz"),
            directory.resolve("initrd.img"),
            directory.resolve("root.img"));
    for (Path file : List.of(files.kernel, files.initrd, files.root)) {
      if (!Files.isReadable(file)) {
        throw new TpmSimulationException(
            "expected a guest's "
                + file.getFileName()
                + " in "
                + directory
                + ", found none;"
                + " ./signet test --vm makes one");
      }
    }
    return files;
  }

  /**
   * Writes a directory as a disk, all of it root's.
   *
   * @param mebibytes the disk's size
   */
  public static Path disk(Path content, Path disk, int mebibytes) throws IOException {
    Files.deleteIfExists(disk);
    runs(
        "mke2fs",
        "-q",
        "-t",
        "ext4",
        "-E",
        "root_owner=0:0",
        "-d",
        content.toString(),
        disk.toString(),
        mebibytes + "M");
    return disk;
  }

  /** Copies the root file system, holes and all. */
  Path copyRoot(Path target) throws IOException {
    runs("cp", "--sparse=always", "--reflink=auto", root.toString(), target.toString());
    return target;
  }

  private static void runs(String... command) throws IOException {
    List<String> words = new ArrayList<>(List.of(command));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(MAKING_A_DISK, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new TpmSimulationException(words + " failed: " + said.strip());
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new TpmSimulationException("interrupted while making a disk", e);
    }
  }
}
