// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.PublicJwk;
import dev.signet.protocol.StrictJson;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/**
 * All that provisioning keeps, the launcher secret in the open, encrypted to a key that is not on
 * the host: a file. HPKE as for secrets ({@code docs/protocol.md}, Secrets), with
 *
 * <pre>
 * info = "signet-escrow-v1" || 00 || AK Name
 * </pre>
 *
 * @param version of this form, 1
 * @param akName whose host it is, 34 bytes
 * @param key RFC 7638 thumbprint of the key that it is encrypted to
 * @param encapsulated HPKE's encapsulated key, 65 bytes
 * @param ciphertext with its tag of 16 bytes
 */
public record Escrow(int version, Bytes akName, String key, Bytes encapsulated, Bytes ciphertext) {
  public static final int VERSION = 1;

  /** Bytes of the file: a state directory's file, in base64. */
  public static final int MAX_BYTES = 256 * 1024;

  static final String FILE = "escrow.json";
  private static final byte[] LABEL = "signet-escrow-v1\0".getBytes(StandardCharsets.US_ASCII);

  public Escrow {
    if (version != VERSION
        || akName == null
        || akName.size() != 34
        || key == null
        || encapsulated == null
        || ciphertext == null) {
      throw new IllegalArgumentException("expected all members of an escrow of version 1");
    }
  }

  /**
   * @param open the state with its secret, complete
   */
  static Escrow of(AttestorState open, PublicJwk to, SecureRandom random) {
    Bytes akName = nameOf(open);
    byte[] plain = StrictJson.encode(open);
    try {
      SecretsKey.Sealed sealed = SecretsKey.seal(to, info(akName), plain, random);
      return new Escrow(
          VERSION,
          akName,
          to.thumbprint(),
          Bytes.of(sealed.encapsulated()),
          Bytes.of(sealed.ciphertext()));
    } finally {
      Arrays.fill(plain, (byte) 0);
    }
  }

  /** Empty if it was not encrypted to this key, for this host, or was changed since. */
  Optional<AttestorState> open(SecretsKey with) {
    SecretsKey.Sealed sealed = new SecretsKey.Sealed(encapsulated.toArray(), ciphertext.toArray());
    Optional<byte[]> plain = with.open(sealed, info(akName));
    if (plain.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(StrictJson.decode(plain.get(), AttestorState.class, MAX_BYTES));
    } catch (MalformedMessageException e) {
      return Optional.empty();
    } finally {
      Arrays.fill(plain.get(), (byte) 0);
    }
  }

  private static Bytes nameOf(AttestorState state) {
    byte[] digest = TpmCrypto.sha256(state.akPublic().toArray());
    return Bytes.of(Octets.concat(Octets.u16(PublicArea.SHA256), digest));
  }

  private static byte[] info(Bytes akName) {
    return Octets.concat(LABEL, akName.toArray());
  }
}
