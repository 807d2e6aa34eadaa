// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.ima;

/**
 * A pattern of paths: {@code *} stands for any characters but a slash, {@code **} for any. Takes
 * time in proportion to the pattern's and the path's length, whatever they are.
 */
final class PathPattern {
  private final String pattern;

  /** The characters before the first star: most paths differ there. */
  private final String head;

  PathPattern(String pattern) {
    this.pattern = pattern;
    int star = pattern.indexOf('*');
    this.head = star < 0 ? pattern : pattern.substring(0, star);
  }

  boolean matches(String path) {
    if (!path.startsWith(head)) {
      return false;
    }
    boolean[] reached = new boolean[pattern.length() + 1];
    reached[head.length()] = true;
    skipStars(reached);
    for (int i = head.length(); i < path.length(); i++) {
      boolean[] next = new boolean[reached.length];
      for (int p = 0; p < pattern.length(); p++) {
        if (reached[p]) {
          step(path.charAt(i), p, next);
        }
      }
      skipStars(next);
      reached = next;
    }
    return reached[pattern.length()];
  }

  private void step(char c, int p, boolean[] next) {
    if (pattern.charAt(p) != '*') {
      next[p + 1] |= pattern.charAt(p) == c;
    } else if (doubled(p) || c != '/') {
      next[p] = true;
    }
  }

  /** Stars may stand for nothing. */
  private void skipStars(boolean[] reached) {
    for (int p = 0; p < pattern.length(); p++) {
      if (reached[p] && pattern.charAt(p) == '*') {
        reached[doubled(p) ? p + 2 : p + 1] = true;
      }
    }
  }

  private boolean doubled(int p) {
    return p + 1 < pattern.length() && pattern.charAt(p + 1) == '*';
  }
}
