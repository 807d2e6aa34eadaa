// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.keyless;

import dev.signet.protocol.Digest;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.security.SecureRandom;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampResponse;

/** Having a signature timestamped (RFC 3161 over HTTP, section 3.4). */
final class Timestamp {
  private static final int NONCE_BITS = 64;

  private Timestamp() {}

  /** The response in DER, which answers this request; that it is good is for the verifier. */
  static byte[] ask(ServiceCalls calls, URI authority, byte[] signature, SecureRandom random)
      throws IOException, InterruptedException {
    TimeStampRequestGenerator generator = new TimeStampRequestGenerator();
    generator.setCertReq(true);
    TimeStampRequest request =
        generator.generate(
            TSPAlgorithms.SHA256,
            Digest.sha256().digest(signature),
            new BigInteger(NONCE_BITS, random));
    byte[] der = calls.post(authority, "application/timestamp-query", request.getEncoded());
    try {
      new TimeStampResponse(der).validate(request);
    } catch (TSPException e) {
      throw new IOException(authority + ": expected a timestamp for this request", e);
    }
    return der;
  }
}
