// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.config;

import java.util.List;

/** The configuration file is not what it must be; the message lists every problem with its line. */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;
  private final transient List<String> problems;

  ConfigException(List<String> problems) {
    super(String.join(System.lineSeparator(), problems));
    this.problems = List.copyOf(problems);
  }

  /** Each as {@code file:line: key: expected …, got …}. */
  public List<String> problems() {
    return problems;
  }
}
