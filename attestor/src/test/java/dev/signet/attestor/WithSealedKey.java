// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.signet.attestor.ReleaseOutcome.Reason;
import dev.signet.attestor.ReleaseOutcome.Refused;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A host with a launch, and a key sealed for an approval of its verifier. */
abstract class WithSealedKey {
  @TempDir Path directory;
  TestHost host;
  final TestVerifier verifier = new TestVerifier();
  SealedKey key;

  @BeforeEach
  void provision() throws IOException {
    host = TestHost.provisioned(directory.resolve("a"));
    host.extend(4, "kernel");
    host.extend(15, "launch");
    key = host.attestor().createSealedKey(TestHost.AGENT, verifier.approvalKey());
  }

  @AfterEach
  void stop() throws IOException {
    assertThat(host.leftInTheTpm()).isEmpty();
    host.close();
  }

  interface Change {
    TestVerifier.Terms of(TestVerifier.Terms terms);
  }

  ReleaseOutcome release(Change change) throws IOException {
    try (ReleaseSession session = key.beginRelease()) {
      var terms = TestVerifier.termsNow(host.tpm(), key, session);
      return session.finish(verifier.approve(change.of(terms)));
    }
  }

  static Reason reason(ReleaseOutcome outcome) {
    return ((Refused) outcome).reason();
  }
}
