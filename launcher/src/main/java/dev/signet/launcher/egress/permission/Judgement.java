// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress.permission;

/** What the permissions say of a request. */
public sealed interface Judgement {
  /** The rules permit it; its addresses are another question. */
  record Permitted() implements Judgement {}

  /**
   * They do not.
   *
   * @param detail for the agent: what came, and what would permit it; nothing about other rules
   */
  record Refused(String detail) implements Judgement {}
}
