// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.attestor;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tss.tpm.TPM2_FlushContext_REQUEST;
import tss.tpm.TPM2_StartAuthSession_REQUEST;
import tss.tpm.TPMT_SYM_DEF;
import tss.tpm.TPM_ALG_ID;
import tss.tpm.TPM_CC;
import tss.tpm.TPM_HANDLE;
import tss.tpm.TPM_SE;

/** Commands that belong together; whatever they load is flushed when it ends, also on error. */
final class Transaction {
  private static final Logger LOG = LoggerFactory.getLogger(Transaction.class);

  private final TpmConnection connection;
  private final Deque<Integer> owned = new ArrayDeque<>();
  private final Deque<Session> sessions = new ArrayDeque<>();

  Transaction(TpmConnection connection) {
    this.connection = connection;
  }

  TpmConnection connection() {
    return connection;
  }

  /** Runs a command; {@code null} stands for an entity without authorization value. */
  AuthorizedExchange.Response run(Command command, Session.Use... uses) throws IOException {
    return run(new AuthorizedExchange(command, Arrays.asList(uses), connection.random()), command);
  }

  /** Runs a command after which its first handle has another authorization value. */
  AuthorizedExchange.Response runChangingAuth(Command command, byte[] newAuth, Session.Use use)
      throws IOException {
    return run(
        new AuthorizedExchange(command, Arrays.asList(use), connection.random())
            .changingAuthTo(newAuth),
        command);
  }

  private AuthorizedExchange.Response run(AuthorizedExchange exchange, Command command)
      throws IOException {
    byte[] response = connection.exchange(command.name(), exchange.commandBytes());
    try {
      return exchange.response(response);
    } catch (IOException e) {
      connection.abandon(); // malformed or changed on the way: nothing is known any more
      throw e;
    }
  }

  /** Takes charge of a loaded object or session. */
  int own(int handle) {
    owned.push(handle);
    return handle;
  }

  /** Gives up a handle that is not ours any more. */
  void disown(int handle) {
    owned.remove(handle);
  }

  /** Flushes a handle before the end, to make room. */
  void flushNow(int handle) throws IOException {
    owned.remove(handle);
    run(Command.of(TPM_CC.FlushContext, new TPM2_FlushContext_REQUEST(new TPM_HANDLE(handle))));
  }

  /** Ends: flushes the last loaded first. An error here must not hide one of the work. */
  void flush() {
    while (!owned.isEmpty()) {
      int handle = owned.pop();
      try {
        run(Command.of(TPM_CC.FlushContext, new TPM2_FlushContext_REQUEST(new TPM_HANDLE(handle))));
      } catch (TpmException e) {
        if (!e.is(ResponseCode.HANDLE)) { // else it is gone already, which is what we want
          LOG.debug("flushing 0x{}", Integer.toHexString(handle), e);
          connection.abandon();
        }
      } catch (IOException e) {
        LOG.debug("flushing 0x{}", Integer.toHexString(handle), e);
        connection.abandon(); // the next connection starts from a clean TPM
        owned.clear();
      }
    }
    sessions.forEach(Session::destroy);
  }

  Session hmacSession(SaltKey saltKey) throws IOException {
    return startSession(TPM_SE.HMAC, saltKey);
  }

  Session policySession(SaltKey saltKey) throws IOException {
    return startSession(TPM_SE.POLICY, saltKey);
  }

  private Session startSession(TPM_SE type, SaltKey saltKey) throws IOException {
    Session session = startUnownedSession(type, saltKey);
    sessions.push(session);
    own(session.handle());
    return session;
  }

  /** Leaves a session to the caller, beyond this transaction. */
  void release(Session session) {
    owned.remove(session.handle());
    sessions.remove(session);
  }

  /** Takes charge of a session of an earlier transaction. */
  void adopt(Session session) {
    sessions.push(session);
    own(session.handle());
  }

  private Session startUnownedSession(TPM_SE type, SaltKey saltKey) throws IOException {
    Salt salt = Salt.to(saltKey.publicArea(), Salt.SESSION, connection.random());
    byte[] nonceCaller = new byte[32];
    connection.random().nextBytes(nonceCaller);
    TPM_HANDLE key = new TPM_HANDLE(saltKey.handle());
    TPM_HANDLE unbound = new TPM_HANDLE(Entity.NULL);
    var request =
        new TPM2_StartAuthSession_REQUEST(
            key,
            unbound,
            nonceCaller,
            salt.encrypted(),
            type,
            new TPMT_SYM_DEF(TPM_ALG_ID.AES, 128, TPM_ALG_ID.CFB),
            TPM_ALG_ID.SHA256);
    var response =
        run(
            Command.returningHandle(
                TPM_CC.StartAuthSession,
                request,
                Entity.object(key.handle, saltKey.publicArea().name(), Octets.NONE),
                Entity.plain(unbound.handle)));
    TpmReader in = response.reader("StartAuthSession");
    byte[] nonceTpm = in.sized(64);
    in.expect(32, nonceTpm.length, "size of nonceTPM");
    in.end();
    byte[] sessionKey = TpmCrypto.kdfa(salt.value(), "ATH", nonceTpm, nonceCaller, 256);
    Arrays.fill(salt.value(), (byte) 0);
    return new Session(response.handle(), type == TPM_SE.POLICY, sessionKey, nonceTpm);
  }
}
