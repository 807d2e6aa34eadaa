// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.quote;

import dev.signet.protocol.Bytes;
import dev.signet.verifier.tpm.HashAlgorithm;
import dev.signet.verifier.tpm.SignatureScheme;
import dev.signet.verifier.verification.ForeignQuoteVerifier.Expected;
import dev.signet.verifier.verification.ForeignQuoteVerifier.Files;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** What tpm2-tools 5.4 made with swtpm: the verifier's test vector of a P-256 key. */
final class QuoteFiles {
  private static final Bytes NONCE = Bytes.fromHex("0123456789abcdef".repeat(4));

  private QuoteFiles() {}

  static Files files() {
    return new Files(
        read("ecc.pem"), read("ecc.tss.msg"), read("ecc.tss.sig"), read("serialized.pcrs"));
  }

  static Expected expected() {
    return new Expected(NONCE, false, SignatureScheme.RSASSA, HashAlgorithm.SHA256);
  }

  static byte[] read(String name) {
    try (InputStream in = QuoteFiles.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
