// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.launcher.egress.Interception;
import dev.signet.launcher.egress.LaunchAuthority;
import dev.signet.launcher.process.TrustFiles;
import dev.signet.protocol.EgressPermission;
import dev.signet.protocol.ReferenceStatement;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;

/** The authority of one launch, and the files by which its agent trusts it and no other. */
record LaunchTrust(Interception interception, TrustFiles files) {

  /**
   * Makes them. The authority lasts as long as the statement: an agent reads its trust files when
   * it starts, and is not attested after that time anyway.
   *
   * @param clock the host's own
   */
  static LaunchTrust create(
      ReferenceStatement.Predicate statement, Clock clock, SecureRandom random) throws IOException {
    LaunchAuthority authority =
        LaunchAuthority.create(
            hosts(statement), clock.instant(), statement.validity().notAfter(), random);
    return new LaunchTrust(
        new Interception(authority, clock), TrustFiles.of(List.of(authority.certificate())));
  }

  /** A statement that says nothing of egress permits every host. */
  private static List<String> hosts(ReferenceStatement.Predicate statement) {
    return statement.egress() == null
        ? List.of("*")
        : statement.egress().stream().map(EgressPermission::host).toList();
  }
}
