// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResponseCodeTest {
  @ParameterizedTest
  @CsvSource({
    "0x9a2, BAD_AUTH, (session 1)",
    "0x98e, AUTH_FAIL, (session 1)",
    "0x1df, INTEGRITY, (parameter 1)",
    "0x18b, HANDLE, (handle 1)",
    "0x2db, SIGNATURE, (parameter 2)",
    "0x99d, POLICY_FAIL, (session 1)",
    "0x9a3, EXPIRED, (session 1)",
    "0x4c4, VALUE, (parameter 4)",
    "0x128, PCR_CHANGED, ''",
    "0x126, POLICY, ''",
    "0x100, INITIALIZE, ''",
    "0x921, LOCKOUT, ''",
    "0x12f, AUTH_UNAVAILABLE, ''"
  })
  void isPutIntoWordsWithItsPlace(String raw, String name, String place) {
    String words = new ResponseCode(Integer.decode(raw)).words();
    assertThat(words).startsWith(raw + " " + name).endsWith(place);
  }

  @Test
  void placeDoesNotChangeTheKind() {
    assertThat(new ResponseCode(0x9a2).kind()).isEqualTo(ResponseCode.BAD_AUTH);
    assertThat(new ResponseCode(0x1df).kind()).isEqualTo(ResponseCode.INTEGRITY);
    assertThat(new ResponseCode(0x5db).kind()).isEqualTo(ResponseCode.SIGNATURE);
    assertThat(new ResponseCode(0x922).kind()).isEqualTo(ResponseCode.RETRY);
  }

  @Test
  void codesOfLowerLayersAreNotTakenForSuccessOrForTheTpms() {
    assertThat(new ResponseCode(0x80280400).words()).contains("layer below the TPM");
    assertThat(new ResponseCode(0x80280400).kind()).isNotEqualTo(ResponseCode.SUCCESS);
  }
}
