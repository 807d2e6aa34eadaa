// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.protocol.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our formulas against the TPM's own PolicyGetDigest. */
class PolicyDigestIT {
  @TempDir Path directory;

  @Test
  void everyStepIsTheTpmsOwn() throws IOException {
    try (TestHost host = TestHost.provisioned(directory)) {
      host.extend(15, "launch");
      HostKeys keys = BusIT.keysOf(host);
      TestVerifier verifier = new TestVerifier();
      BootClock clock = host.tpm().clock();
      Set<Integer> selection = Set.of(7, 15);
      byte[] ref = TpmCrypto.sha256(new byte[1]);
      host.tpm()
          .connection()
          .transact(
              transaction -> {
                var policy =
                    new PolicyCommands(transaction, transaction.policySession(keys.saltKey()));
                byte[] expected = PolicyDigest.start();
                assertThat(policy.digest()).isEqualTo(expected);

                policy.pcr(selection);
                var values =
                    new TreeMap<Integer, Digest>(new PcrCommands(transaction).read(selection));
                expected = PolicyDigest.pcr(expected, selection, PcrCommands.digestOf(values));
                assertThat(policy.digest()).isEqualTo(expected);

                byte[] counters = PolicyDigest.counters(clock.resetCount(), clock.restartCount());
                policy.counterTimer(counters, PolicyDigest.COUNTERS_OFFSET, PolicyDigest.EQ);
                expected =
                    PolicyDigest.counterTimer(
                        expected, counters, PolicyDigest.COUNTERS_OFFSET, PolicyDigest.EQ);
                assertThat(policy.digest()).isEqualTo(expected);

                byte[] bound = Octets.u64(clock.clockMillis() + 60_000);
                policy.counterTimer(bound, PolicyDigest.CLOCK_OFFSET, PolicyDigest.UNSIGNED_LE);
                expected =
                    PolicyDigest.counterTimer(
                        expected, bound, PolicyDigest.CLOCK_OFFSET, PolicyDigest.UNSIGNED_LE);
                assertThat(policy.digest()).isEqualTo(expected);

                PublicArea approval = PolicyDigest.approvalKey(verifier.approvalKey());
                var key = new ObjectCommands(transaction).loadExternal(approval);
                byte[] ticket =
                    policy.verify(
                        key,
                        TpmCrypto.sha256(expected, ref),
                        verifier.sign(expected, ref).toArray());
                policy.authorize(expected, ref, approval.name(), ticket);
                expected = PolicyDigest.authorize(approval.name(), ref);
                assertThat(policy.digest()).isEqualTo(expected);

                byte[] nonce = policy.session().nonceTpm();
                policy.signed(
                    key, nonce, ref, 10, verifier.sign(nonce, Octets.u32(10), ref).toArray());
                expected = PolicyDigest.signed(expected, approval.name(), ref);
                assertThat(policy.digest()).isEqualTo(expected);

                byte[] secretsKey = SecretsKey.ref(verifier.approvalKey());
                policy.commitTo(keys.srkEntity(), secretsKey);
                expected = PolicyDigest.commitTo(expected, keys.srk().name(), secretsKey);
                assertThat(policy.digest()).isEqualTo(expected);

                policy.authValue();
                expected = PolicyDigest.authValue(expected);
                assertThat(policy.digest()).isEqualTo(expected);
                assertThat(expected)
                    .isEqualTo(
                        PolicyDigest.sealedKey(
                            approval.name(), ref, keys.srk().name(), secretsKey));
                return null;
              });
    }
  }

  @Test
  void approvalKeysNameIsTheOneTheTpmComputes() throws IOException {
    try (TestHost host = TestHost.fresh(directory)) {
      PublicArea approval = PolicyDigest.approvalKey(new TestVerifier().approvalKey());
      PublicArea read =
          host.tpm()
              .connection()
              .transact(
                  transaction -> {
                    ObjectCommands objects = new ObjectCommands(transaction);
                    return objects.readPublic(objects.loadExternal(approval).handle());
                  });
      assertThat(read.name()).isEqualTo(approval.name());
      assertThat(approval.encoded()).hasSize(88);
    }
  }
}
