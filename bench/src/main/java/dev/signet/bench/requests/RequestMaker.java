// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.requests;

import dev.signet.protocol.Digest;
import dev.signet.protocol.IdentityClaims;
import dev.signet.relyingparty.RequestSigner;
import dev.signet.requestsignatures.ContentDigest;
import dev.signet.requestsignatures.RawSigner;
import dev.signet.requestsignatures.SignedFields;
import dev.signet.requestsignatures.UnsignableMessageException;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;

/** Makes signed requests of one agent, each with a nonce of its own. */
public final class RequestMaker {
  private final String token;
  private final RequestSigner signer;

  public RequestMaker(String token, String keyThumbprint, RawSigner key, SecureRandom random) {
    this.token = token;
    this.signer = new RequestSigner(key, keyThumbprint, random);
  }

  /** A signed POST, good from {@code now} on for as long as signatures may be. */
  public SampleRequest post(String scheme, String authority, byte[] body, Instant now)
      throws IOException {
    SampleRequest request =
        SampleRequest.post(scheme, authority, body)
            .with(
                "content-digest",
                ContentDigest.fieldValue(
                    ContentDigest.Algorithm.SHA_256, Digest.hash(body).toArray()))
            .with(IdentityClaims.HEADER, token);
    try {
      SignedFields signed = signer.sign(request, now);
      return request
          .with("signature-input", signed.signatureInput())
          .with("signature", signed.signature());
    } catch (UnsignableMessageException e) {
      throw new IOException("a sample request cannot be signed", e);
    }
  }
}
