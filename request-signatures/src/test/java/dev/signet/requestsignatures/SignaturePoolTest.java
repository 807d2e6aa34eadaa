// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.requestsignatures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.SignatureException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignaturePoolTest {
  private final List<Signature> prepared = new ArrayList<>();
  private final SignaturePool pool = new SignaturePool(this::prepare);

  @Test
  void usesObjectsAgain() throws GeneralSecurityException {
    Signature first = pool.use(signature -> signature);
    for (int i = 0; i < 20; i++) {
      assertThat(pool.<Signature>use(signature -> signature)).isSameAs(first);
    }
    assertThat(prepared).hasSize(1);
  }

  /** What has thrown may hold half of a message, which the next one would be joined to. */
  @Test
  void dropsObjectsThatThrew() throws GeneralSecurityException {
    assertThatThrownBy(
            () ->
                pool.use(
                    signature -> {
                      throw new SignatureException("half");
                    }))
        .isInstanceOf(SignatureException.class);
    Signature next = pool.use(signature -> signature);
    assertThat(prepared).hasSize(2);
    assertThat(next).isSameAs(prepared.get(1));
  }

  /** Uses at the same time, here within one another, never share an object, however many. */
  @Test
  void givesEachUseItsOwn() throws GeneralSecurityException {
    List<Signature> used = nested(12);
    assertThat(used).doesNotHaveDuplicates().hasSize(12);
    assertThat(prepared).hasSize(12);
    // Eight were kept, and so four are new.
    assertThat(nested(12)).doesNotHaveDuplicates();
    assertThat(prepared).hasSize(16);
  }

  private List<Signature> nested(int depth) throws GeneralSecurityException {
    List<Signature> used = new ArrayList<>();
    pool.use(
        signature -> {
          used.add(signature);
          if (depth > 1) {
            try {
              used.addAll(nested(depth - 1));
            } catch (GeneralSecurityException e) {
              throw new SignatureException(e);
            }
          }
          return signature;
        });
    return used;
  }

  private Signature prepare() throws GeneralSecurityException {
    prepared.add(Signature.getInstance("Ed25519"));
    return prepared.get(prepared.size() - 1);
  }
}
