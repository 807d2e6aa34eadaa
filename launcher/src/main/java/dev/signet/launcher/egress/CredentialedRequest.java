// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import java.util.List;
import java.util.Optional;

/**
 * A request with what the agent does not hold.
 *
 * @param target with the parameters added
 * @param fields with the fields added
 * @param signed false if a rule says that it leaves without signature
 * @param mask what hides the secrets from the agent in the answer; empty if none was added
 */
record CredentialedRequest(
    Target target, List<Field> fields, boolean signed, Optional<AnswerMask> mask) {

  /** Without the fields: a secret may be among them. */
  @Override
  public String toString() {
    return "CredentialedRequest[" + target.authority() + "]";
  }
}
