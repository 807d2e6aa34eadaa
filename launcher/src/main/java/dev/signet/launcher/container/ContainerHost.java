// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.container;

import dev.signet.launcher.process.TrustedProgram;
import dev.signet.protocol.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a host needs to start containers, found.
 *
 * @param runc by its absolute path, in a place that only root can write
 * @param version in runc's own words
 * @param digest of runc's file
 * @param setpriv of util-linux
 * @param unshare of util-linux
 * @param userNamespaces whether the kernel gives any
 */
public record ContainerHost(
    Path runc,
    String version,
    Digest digest,
    Path setpriv,
    Path unshare,
    boolean userNamespaces,
    Cgroups cgroups) {
  /** capabilities(7). */
  private static final int CAP_SYS_ADMIN = 21;

  private static final Pattern VERSION = Pattern.compile("runc version ([A-Za-z0-9.+~-]{1,64})\\R");

  /**
   * Looks for everything.
   *
   * @throws IOException if something is missing; the message says what, and what to do
   */
  public static ContainerHost find() throws IOException, InterruptedException {
    requireRights(Files.readString(Path.of("/proc/self/status")));
    Path runc = program("runc", "runc");
    return new ContainerHost(
        runc,
        version(runc),
        digest(runc),
        program("setpriv", "util-linux"),
        program("unshare", "util-linux"),
        givesUserNamespaces(),
        Cgroups.find());
  }

  /** What the launch event says of the runtime. */
  public String description() {
    return "runc " + version + " at " + runc + ", " + digest;
  }

  static void requireRights(String status) throws IOException {
    String uid = field(status, "Uid").split("\\s+")[1];
    if (!uid.equals("0")) {
      throw new IOException(
          "an image is started by root only, and Signet runs with uid "
              + uid
              + "; run it as root, or start the agent's JAR with --jar");
    }
    BigInteger effective = new BigInteger(field(status, "CapEff"), 16);
    if (!effective.testBit(CAP_SYS_ADMIN)) {
      throw new IOException(
          "an image's files are kept in a private mount, and Signet has no right to mount here:"
              + " the capability CAP_SYS_ADMIN is missing");
    }
  }

  private static String field(String status, String name) throws IOException {
    Matcher line = Pattern.compile("(?m)^" + name + ":[ \\t]*(.*)$").matcher(status);
    if (!line.find()) {
      throw new IOException("/proc/self/status has no line " + name);
    }
    return line.group(1).strip();
  }

  private static Path program(String name, String debianPackage) throws IOException {
    return TrustedProgram.find(name)
        .orElseThrow(
            () ->
                new IOException(
                    "to start an image, install "
                        + name
                        + " (apt-get install "
                        + debianPackage
                        + "); it is looked for in /usr/bin, /bin, /usr/sbin and /sbin and must"
                        + " belong to root"));
  }

  private static String version(Path runc) throws IOException {
    Process asked =
        new ProcessBuilder(runc.toString(), "--version").redirectErrorStream(true).start();
    String said =
        new String(asked.getInputStream().readNBytes(4096), StandardCharsets.UTF_8) + "\n";
    Matcher version = VERSION.matcher(said);
    if (!version.lookingAt()) {
      throw new IOException(runc + " --version: expected 'runc version …', got: " + said.strip());
    }
    return version.group(1);
  }

  private static Digest digest(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return Digest.hash(in);
    }
  }

  private static boolean givesUserNamespaces() throws IOException {
    Path limit = Path.of("/proc/sys/user/max_user_namespaces");
    return Files.exists(Path.of("/proc/self/ns/user"))
        && Files.isReadable(limit)
        && !Files.readString(limit).strip().equals("0");
  }

  /** Why images cannot be started here; empty if they can. */
  public static Optional<String> missing() throws InterruptedException {
    try {
      find();
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e.getMessage());
    }
  }
}
