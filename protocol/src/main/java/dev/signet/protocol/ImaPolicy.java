// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What IMA may have measured on a host. Everything else is refused.
 *
 * <p>Digests are {@code sha256:}, {@code sha384:} or {@code sha512:} and lower-case hexadecimal
 * digits. In patterns of paths {@code *} stands for any characters but a slash, {@code **} for any.
 *
 * @param version 1
 * @param files content by path, exactly
 * @param keys whose signatures on files are believed ({@code ima-sig})
 * @param exclude paths that are not judged; whoever can mount can make a file appear there
 * @param violations paths at which a file may have changed while it was read. PCR 10 does not vouch
 *     for the path of a violation: it is the host's word
 * @param buffers content of what is no file ({@code ima-buf}), by name
 */
public record ImaPolicy(
    int version,
    List<Content> files,
    List<Key> keys,
    List<Exclusion> exclude,
    List<Exclusion> violations,
    List<Content> buffers) {
  private static final Pattern DIGEST =
      Pattern.compile("sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}");
  private static final int PATTERN_CHARS = 255;

  /**
   * @param path of a file, or the name of a buffer
   * @param digests any of which is allowed, at least one
   */
  public record Content(String path, List<String> digests) {
    public Content {
      Require.text(path, 4 * Limits.IMA_PATH_BYTES, "path");
      digests = Require.list(digests, Limits.IMA_POLICY_RULES, "digests");
      if (digests.isEmpty() || !digests.stream().allMatch(d -> DIGEST.matcher(d).matches())) {
        throw new IllegalArgumentException(
            path + ": expected digests of sha256, sha384 or sha512, at least one");
      }
    }
  }

  /**
   * @param name for people
   * @param key SubjectPublicKeyInfo of an RSA or elliptic curve key
   * @param paths patterns of the files that it may sign, at least one
   */
  public record Key(String name, Bytes key, List<String> paths) {
    public Key {
      Require.text(name, PATTERN_CHARS, "name");
      Require.size(key, 1, Limits.CERTIFICATE_BYTES, "key");
      paths = Require.list(paths, Limits.IMA_POLICY_RULES, "paths");
      if (paths.isEmpty()) {
        throw new IllegalArgumentException(name + ": expected at least one pattern in paths");
      }
      paths.forEach(ImaPolicy::pattern);
    }
  }

  /**
   * @param path a pattern
   * @param reason the operator's words
   */
  public record Exclusion(String path, String reason) {
    public Exclusion {
      pattern(path);
      if (reason == null || reason.isBlank() || reason.length() > PATTERN_CHARS) {
        throw new IllegalArgumentException(
            path + ": expected a reason of 1 to " + PATTERN_CHARS + " characters");
      }
    }
  }

  public ImaPolicy {
    if (version != 1) {
      throw new IllegalArgumentException("version: expected 1, got " + version);
    }
    files = Require.list(files, Limits.IMA_POLICY_FILES, "files");
    keys = Require.list(keys, Limits.IMA_POLICY_KEYS, "keys");
    exclude = Require.list(exclude, Limits.IMA_POLICY_RULES, "exclude");
    violations = Require.list(violations, Limits.IMA_POLICY_RULES, "violations");
    buffers = Require.list(buffers, Limits.IMA_POLICY_RULES, "buffers");
    names(files, true, "files");
    names(buffers, false, "buffers");
  }

  /** Whether everything that IMA measured is judged. */
  public boolean judgesEverything() {
    return exclude.isEmpty() && violations.isEmpty();
  }

  /** The log does not vouch for what is a file and what a buffer; their names must tell. */
  private static void names(List<Content> contents, boolean files, String member) {
    Set<String> seen = new HashSet<>();
    for (Content content : contents) {
      if (content.path().startsWith("/") != files) {
        throw new IllegalArgumentException(
            member + ": expected " + (files ? "absolute paths" : "names without a slash before"));
      }
      if (!seen.add(content.path())) {
        throw new IllegalArgumentException(member + ": expected " + content.path() + " once");
      }
    }
  }

  private static void pattern(String path) {
    if (path == null || !path.startsWith("/") || path.length() > PATTERN_CHARS) {
      throw new IllegalArgumentException(
          "expected a pattern of an absolute path of at most " + PATTERN_CHARS + " characters");
    }
  }
}
