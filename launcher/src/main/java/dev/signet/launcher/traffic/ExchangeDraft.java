// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import dev.signet.launcher.traffic.ExchangeRecord.Decision;
import dev.signet.launcher.traffic.ExchangeRecord.Kind;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Digest;
import dev.signet.protocol.LaunchId;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The note of an exchange while it goes on. The proxy tells what happens, once each and in any
 * order, and then one end; later calls are ignored. Used by one thread at a time; after the end the
 * log's writer has it.
 */
public final class ExchangeDraft {
  private static final long UNSET = -1;

  private Kind kind;
  private final Instant began;
  private final LongSupplier nanos;
  private final long start;
  private final BodyRecording bodies;
  private final Consumer<ExchangeDraft> log;

  private String method;
  private String scheme;
  private String host;
  private Integer port;
  private String pathAndQuery;
  private final Map<String, String> requestFields = new LinkedHashMap<>(4);
  private long requestBytes;
  private byte[] requestDigest;
  private BodyCapture requestBody;

  private String signatureInput;
  private SocketAddress upstream;
  private int attempts;

  private int status;
  private final Map<String, String> answerFields = new LinkedHashMap<>(4);
  private long answerBytes;
  private MessageDigest answerDigest;
  private BodyCapture answerBody;

  private Decision decision;
  private String reason;
  private long received = UNSET;

  /** Told by the thread that signs, while the agent may go away in another. */
  private volatile long prepared = UNSET;

  private long signed = UNSET;
  private long sent = UNSET;
  private long answered = UNSET;
  private long ended = UNSET;

  ExchangeDraft(
      Kind kind,
      Instant began,
      LongSupplier nanos,
      BodyRecording bodies,
      Consumer<ExchangeDraft> log) {
    this.kind = kind;
    this.began = began;
    this.nanos = nanos;
    this.start = nanos.getAsLong();
    this.bodies = bodies;
    this.log = log;
  }

  /** One that has ended, so that nothing is noted. */
  static ExchangeDraft ofNobody(Kind kind) {
    ExchangeDraft draft =
        new ExchangeDraft(kind, Instant.EPOCH, System::nanoTime, BodyRecording.NONE, d -> {});
    draft.abandoned();
    return draft;
  }

  /** It turned out to be more than a request and its answer. */
  public void became(Kind itsKind) {
    kind = itsKind;
  }

  /** What the agent wants. */
  public void request(String itsMethod) {
    method = itsMethod;
  }

  /** A field of the request; only what is safe to keep is kept. */
  public void requestField(String lowerCaseName, String value) {
    keep(requestFields, lowerCaseName, value);
  }

  /**
   * What was asked for, as far as it is understood before it is known where it goes.
   *
   * @param itsHost null if none is named; then {@code itsPort} means nothing
   * @param itsPathAndQuery null if there is none
   */
  public void asked(String itsHost, int itsPort, String itsPathAndQuery) {
    host = itsHost;
    port = itsHost == null ? null : Integer.valueOf(itsPort);
    pathAndQuery = itsPathAndQuery;
  }

  /** Where it goes. The bodies are kept from here on, if they are to be recorded. */
  public void target(String itsScheme, String itsHost, int itsPort, String itsPathAndQuery) {
    scheme = itsScheme;
    host = itsHost;
    port = itsPort;
    pathAndQuery = itsPathAndQuery;
    requestBody = bodies.capture(itsHost, path());
    answerBody = requestBody == null ? null : bodies.capture(itsHost, path());
  }

  /** A piece of the request's body, which is neither changed nor released. */
  public void requestContent(ByteBuf content) {
    if (decision != null) {
      return;
    }
    requestBytes += content.readableBytes();
    if (requestBody != null) {
      requestBody.take(content);
    }
  }

  /**
   * The request came in whole.
   *
   * @param digest SHA-256 of its body; null without one
   */
  public void requestComplete(byte[] digest) {
    requestDigest = digest;
    received = micros();
  }

  /** Its turn came: it is signed and its upstream looked up next. */
  public void prepared() {
    prepared = micros();
  }

  /**
   * It was signed.
   *
   * @param signatureInputField the field of RFC 9421 section 4.1, for key and nonce
   */
  public void signed(String signatureInputField) {
    signatureInput = signatureInputField;
    signed = micros();
  }

  /** It is sent, on a connection to this address. */
  public void sent(SocketAddress address) {
    upstream = address;
    attempts++;
    sent = micros();
  }

  /**
   * The answer's header came.
   *
   * @param field value by lower-case name, or null; only what is safe to keep is kept
   */
  public void answer(int itsStatus, Function<String, String> field) {
    for (String name : SafeFields.NAMES) {
      String value = field.apply(name);
      if (value != null) {
        keep(answerFields, name, value);
      }
    }
    status = Math.clamp(itsStatus, 100, 999);
    answered = micros();
  }

  /** A piece of the answer's body, which is neither changed nor released. */
  public void answerContent(ByteBuf content) {
    if (decision != null) {
      return;
    }
    answerBytes += content.readableBytes();
    if (answerDigest == null) {
      answerDigest = Digest.sha256();
    }
    answerDigest.update(content.nioBuffer());
    if (answerBody != null) {
      answerBody.take(content);
    }
  }

  /** Bytes were passed on unread, in a tunnel or a WebSocket: so many more each way. */
  public void relayed(long out, long back) {
    if (decision == null) {
      requestBytes += out;
      answerBytes += back;
    }
  }

  /** The end: the answer was passed on whole. */
  public void forwarded() {
    end(Decision.FORWARDED, null);
  }

  /**
   * The end: the launcher answered by itself, and nothing left the host.
   *
   * @param why the stable name of the reason
   */
  public void refused(String why, int itsStatus) {
    own(itsStatus);
    end(Decision.REFUSED, why);
  }

  /**
   * The end: the upstream failed.
   *
   * @param itsStatus what the agent got from the launcher; 0 if the upstream's answer had begun
   */
  public void failed(String why, int itsStatus) {
    own(itsStatus);
    end(Decision.FAILED, why);
  }

  /** The end: the agent went away. */
  public void abandoned() {
    end(Decision.ABANDONED, null);
  }

  private void own(int itsStatus) {
    if (decision == null && itsStatus != 0) {
      status = itsStatus;
    }
  }

  private void end(Decision how, String why) {
    if (decision == null) {
      ended = micros();
      reason = why;
      decision = how;
      log.accept(this);
    }
  }

  private void keep(Map<String, String> fields, String name, String value) {
    if (decision == null && SafeFields.NAMES.contains(name)) {
      fields.putIfAbsent(name, SafeFields.value(value));
    }
  }

  private long micros() {
    return Math.max(0, (nanos.getAsLong() - start) / 1000);
  }

  private String path() {
    int query = pathAndQuery.indexOf('?');
    return query < 0 ? pathAndQuery : pathAndQuery.substring(0, query);
  }

  /** Whether it is a request at all, or only somebody who was sent away. */
  boolean isOfStranger() {
    return method == null && decision == Decision.REFUSED;
  }

  /** Gives back the room of its bodies. */
  void discardBodies() {
    if (requestBody != null) {
      requestBody.discard();
      answerBody.discard();
    }
  }

  /** The line, its bodies sealed: takes milliseconds then. */
  ExchangeRecord record(LaunchId launch, AgentId agent, long n) {
    ExchangeRecord.Request request =
        new ExchangeRecord.Request(
            cut(method, ExchangeRecord.METHOD_CHARS - 1),
            scheme,
            cut(host, ExchangeRecord.HOST_CHARS - 1),
            port,
            pathAndQuery == null ? null : cut(path(), ExchangeRecord.PATH_CHARS),
            pathAndQuery == null ? List.of() : queryNames(),
            requestFields,
            requestBytes,
            requestDigest == null ? null : Digest.ofDigest(requestDigest),
            bodies.seal(requestBody, requestFields, launch, n, SealedBody.Direction.REQUEST));
    ExchangeRecord.Answer answer =
        status == 0
            ? null
            : new ExchangeRecord.Answer(
                status,
                answerFields,
                answerBytes,
                answerDigest == null ? null : Digest.ofDigest(answerDigest.digest()),
                bodies.seal(answerBody, answerFields, launch, n, SealedBody.Direction.ANSWER));
    return new ExchangeRecord(
        TrafficLine.VERSION,
        launch,
        agent,
        n,
        LineTime.format(began),
        kind,
        decision,
        reason,
        request,
        answer,
        signature(),
        upstream instanceof InetSocketAddress to && to.getAddress() != null ? address(to) : null,
        attempts,
        new ExchangeRecord.Times(
            set(received), set(prepared), set(signed), set(sent), set(answered), ended));
  }

  private ExchangeRecord.Signature signature() {
    if (signatureInput == null) {
      return null;
    }
    String keyid = parameter(";keyid=\"");
    String nonce = parameter(";nonce=\"");
    return keyid == null || nonce == null ? null : new ExchangeRecord.Signature(keyid, nonce);
  }

  /** Of a field that the launcher wrote: it has no escapes in these parameters. */
  private String parameter(String start) {
    int at = signatureInput.indexOf(start);
    int end = at < 0 ? -1 : signatureInput.indexOf('"', at + start.length());
    return end < 0 ? null : signatureInput.substring(at + start.length(), end);
  }

  /** Names only: values are where keys and personal data stand. So is a word without a name. */
  private List<String> queryNames() {
    int mark = pathAndQuery.indexOf('?');
    if (mark < 0) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    for (String parameter : pathAndQuery.substring(mark + 1).split("&")) {
      int equals = parameter.indexOf('=');
      if (names.size() == ExchangeRecord.QUERY_NAMES) {
        names.add("…");
        break;
      }
      names.add(
          equals < 0 ? "" : cut(parameter.substring(0, equals), ExchangeRecord.QUERY_NAME_CHARS));
    }
    return names;
  }

  private static String address(InetSocketAddress to) {
    String ip = to.getAddress().getHostAddress();
    return (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + to.getPort();
  }

  private static String cut(String text, int most) {
    return text == null || text.length() <= most ? text : text.substring(0, most) + "…";
  }

  private static Long set(long micros) {
    return micros == UNSET ? null : micros;
  }
}
