// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import java.io.IOException;
import java.util.Locale;

/** Where a launch tells what it does, in words for people and with stable names for machines. */
@FunctionalInterface
public interface Progress {
  /** What happened; the name in lower case is the machine's word for it. */
  enum Step {
    COPIED,
    STATEMENT_ACCEPTED,
    IMAGE_SIGNATURE_ACCEPTED,
    KEY_CREATED,
    RECORDED,
    RELEASED,
    ATTESTED,
    STARTED,
    RENEWED,
    RENEWAL_FAILED,
    IDENTITY_LOST,
    REQUEST_REFUSED,
    STOPPED,
    WARNING;

    public String wireName() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  void say(Step step, String text);

  /**
   * Told right before the agent's process is made: from then on, a launcher that is ended takes an
   * agent with it.
   *
   * @throws IOException if what must be done first cannot be; the launch fails then
   */
  default void starting() throws IOException {}
}
