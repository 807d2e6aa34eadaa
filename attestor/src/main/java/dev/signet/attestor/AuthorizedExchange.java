// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * One command with its authorizations, and the check of its response (TPM 2.0 Library Part 1, 18
 * and 19). Secrets never go over the bus in a password session: an entity with an authorization
 * value needs a session.
 */
final class AuthorizedExchange {
  private static final int TAG_SESSIONS = 0x8002;
  private static final int TAG_NO_SESSIONS = 0x8001;
  private static final int PASSWORD = 0x40000009;

  /** A response that has been checked. */
  record Response(int handle, byte[] parameters) {
    TpmReader reader(String what) {
      return new TpmReader(what, parameters);
    }
  }

  private final Command command;
  private final List<Session.Use> uses;
  private final List<byte[]> callerNonces = new ArrayList<>();
  private final byte[] parameters;
  private final int slots;
  private byte[] authAfterwards;

  /**
   * @param uses sessions; the first ones authorize the command's handles in order, null being an
   *     entity without authorization value
   */
  AuthorizedExchange(Command command, List<Session.Use> uses, SecureRandom random) {
    this.command = command;
    this.uses = uses;
    this.slots = Math.max(uses.size(), command.authorized());
    for (int i = 0; i < slots; i++) {
      if (use(i) == null && (i >= command.authorized() || entity(i).auth().length != 0)) {
        throw new IllegalArgumentException(
            command + ": an authorization value needs an HMAC or policy session");
      }
      byte[] nonce = new byte[use(i) == null ? 0 : 32];
      random.nextBytes(nonce);
      callerNonces.add(nonce);
    }
    this.parameters = encryptedParameters();
  }

  /** Says that the command gives its first handle a new authorization value. */
  AuthorizedExchange changingAuthTo(byte[] newAuth) {
    authAfterwards = newAuth;
    return this;
  }

  private Session.Use use(int slot) {
    return slot < uses.size() ? uses.get(slot) : null;
  }

  /** The entity that a slot authorizes, or null. */
  private Entity entity(int slot) {
    return slot < command.authorized() ? command.handles().get(slot) : null;
  }

  private int slotThat(boolean encryptsCommand) {
    for (int i = 0; i < slots; i++) {
      Session.Use use = use(i);
      if (use != null && (encryptsCommand ? use.encryptCommand() : use.encryptResponse())) {
        return i;
      }
    }
    return -1;
  }

  private byte[] encryptedParameters() {
    int slot = slotThat(true);
    if (slot < 0) {
      return command.parameters();
    }
    Session session = use(slot).session();
    return cfb(
        true,
        session.encryptionKey(entity(slot)),
        callerNonces.get(slot),
        session.nonceTpm(),
        command.parameters());
  }

  /** Applies CFB to the first parameter, a TPM2B; its size stays readable. */
  private static byte[] cfb(
      boolean encrypt, byte[] key, byte[] newer, byte[] older, byte[] parameters) {
    ByteBuffer in = ByteBuffer.wrap(parameters);
    int size = in.remaining() < 2 ? -1 : in.getShort() & 0xffff;
    if (size < 0 || size > in.remaining()) {
      throw new IllegalArgumentException("the first parameter is no sized buffer to encrypt");
    }
    byte[] first = new byte[size];
    in.get(first);
    byte[] changed = TpmCrypto.cfb(encrypt, key, newer, older, first);
    return ByteBuffer.allocate(parameters.length)
        .putShort((short) size)
        .put(changed)
        .put(in)
        .array();
  }

  byte[] commandBytes() {
    byte[] authorizations = Octets.NONE;
    if (slots > 0) {
      byte[] names = Octets.NONE;
      for (Entity handle : command.handles()) {
        names = Octets.concat(names, handle.name());
      }
      byte[] cpHash = TpmCrypto.sha256(Octets.u32(command.code()), names, parameters);
      for (int i = 0; i < slots; i++) {
        authorizations = Octets.concat(authorizations, authorization(i, cpHash));
      }
      authorizations = Octets.concat(Octets.u32(authorizations.length), authorizations);
    }
    byte[] handles = Octets.NONE;
    for (Entity handle : command.handles()) {
      handles = Octets.concat(handles, Octets.u32(handle.handle()));
    }
    byte[] body = Octets.concat(handles, authorizations, parameters);
    int length = TpmFraming.HEADER + body.length;
    if (length > TpmFraming.MAX) {
      throw new IllegalArgumentException(
          command + ": expected a command of at most " + TpmFraming.MAX + " bytes, got " + length);
    }
    return Octets.concat(
        Octets.u16(slots == 0 ? TAG_NO_SESSIONS : TAG_SESSIONS),
        Octets.u32(length),
        Octets.u32(command.code()),
        body);
  }

  private byte[] authorization(int slot, byte[] cpHash) {
    Session.Use use = use(slot);
    if (use == null) {
      return Octets.concat(
          Octets.u32(PASSWORD), Octets.u16(0), new byte[] {Session.CONTINUE}, Octets.u16(0));
    }
    byte[] others = Octets.NONE;
    if (slot == 0) {
      // The first session's HMAC ties the encrypting sessions to the command (Part 1, 19.6.5).
      int decrypt = slotThat(true);
      int encrypt = slotThat(false);
      if (decrypt > 0) {
        others = use(decrypt).session().nonceTpm();
      }
      if (encrypt > 0 && encrypt != decrypt) {
        others = Octets.concat(others, use(encrypt).session().nonceTpm());
      }
    }
    byte[] hmac =
        TpmCrypto.hmac(
            use.session().hmacKey(entity(slot)),
            cpHash,
            callerNonces.get(slot),
            use.session().nonceTpm(),
            others,
            new byte[] {(byte) use.attributes()});
    return Octets.concat(
        Octets.u32(use.session().handle()),
        Octets.sized(callerNonces.get(slot)),
        new byte[] {(byte) use.attributes()},
        Octets.sized(hmac));
  }

  /** Reads a successful response; believes nothing in it before its HMACs have been checked. */
  Response response(byte[] raw) throws IOException {
    TpmReader in = new TpmReader("response to " + command, raw);
    in.expect(slots == 0 ? TAG_NO_SESSIONS : TAG_SESSIONS, in.u16(), "response tag");
    in.expect(raw.length, in.u32(), "response size");
    in.expect(ResponseCode.SUCCESS, in.u32(), "response code");
    int handle = command.returnsHandle() ? in.i32() : 0;
    byte[] received = slots == 0 ? in.rest() : in.bytes(in.count(TpmFraming.MAX));
    byte[] rpHash = TpmCrypto.sha256(Octets.u32(0), Octets.u32(command.code()), received);
    for (int i = 0; i < slots; i++) {
      check(i, in, rpHash);
    }
    in.end();
    int slot = slotThat(false);
    if (slot < 0) {
      return new Response(handle, received);
    }
    Session session = use(slot).session();
    try {
      return new Response(
          handle,
          cfb(
              false,
              session.encryptionKey(entity(slot)),
              session.nonceTpm(),
              callerNonces.get(slot),
              received));
    } catch (IllegalArgumentException e) {
      throw new IOException("malformed response to " + command + " from the TPM", e);
    }
  }

  private void check(int slot, TpmReader in, byte[] rpHash) throws IOException {
    byte[] nonceTpm = in.sized(64);
    byte[] attributes = in.bytes(1);
    byte[] hmac = in.sized(64);
    Session.Use use = use(slot);
    if (use == null) {
      return;
    }
    Entity entity = entity(slot);
    if (slot == 0 && authAfterwards != null) {
      entity = entity.withAuth(authAfterwards);
    }
    byte[] expected =
        TpmCrypto.hmac(
            use.session().hmacKey(entity), rpHash, nonceTpm, callerNonces.get(slot), attributes);
    if (!MessageDigest.isEqual(expected, hmac)) {
      throw new AttestorException(
          AttestorException.Reason.BUS_TAMPERED,
          command
              + ": the response's HMAC is wrong: it was changed on its way from the TPM, or this is"
              + " not the TPM that the state directory belongs to");
    }
    use.session().roll(nonceTpm);
  }
}
