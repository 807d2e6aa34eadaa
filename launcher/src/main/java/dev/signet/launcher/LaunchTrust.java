// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher;

import dev.signet.launcher.egress.Interception;
import dev.signet.launcher.egress.LaunchAuthority;
import dev.signet.launcher.egress.TlsRoots;
import dev.signet.launcher.process.TrustFiles;
import dev.signet.protocol.EgressPermission;
import java.io.IOException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The authority of one launch, and the files by which its agent trusts it and no other. */
record LaunchTrust(Interception interception, TrustFiles files) {

  /**
   * Makes them. The authority lasts as long as the statement: an agent reads its trust files when
   * it starts, and is not attested after that time anyway.
   *
   * @param permitted what the statement permits: for these hosts the authority may speak
   * @param notAfter when the statement ends
   * @param clock the host's own
   */
  static LaunchTrust create(
      List<EgressPermission> permitted,
      Instant notAfter,
      EgressRequest egress,
      Clock clock,
      SecureRandom random)
      throws IOException {
    List<String> hosts = permitted.stream().map(EgressPermission::host).toList();
    LaunchAuthority authority = LaunchAuthority.create(hosts, clock.instant(), notAfter, random);
    List<X509Certificate> trusted = new ArrayList<>(List.of(authority.certificate()));
    if (!egress.passThrough().isEmpty()) {
      // There the agent judges the service itself, and needs whom to trust.
      trusted.addAll(TlsRoots.platform());
      if (egress.extraRoots().isPresent()) {
        trusted.addAll(TlsRoots.read(egress.extraRoots().get()));
      }
    }
    return new LaunchTrust(
        new Interception(authority, clock, Set.copyOf(egress.passThrough())),
        TrustFiles.of(trusted));
  }
}
