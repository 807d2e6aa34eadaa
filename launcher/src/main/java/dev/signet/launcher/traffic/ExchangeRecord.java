// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.traffic;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.signet.protocol.AgentId;
import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.LaunchId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What became of one exchange of an agent with the world. It holds no secret by construction:
 * values of header fields are kept only of {@link SafeFields}, of a query only the names.
 *
 * @param v {@link TrafficLine#VERSION}
 * @param time when the exchange began
 * @param reason name of the launcher's reason where it did not simply forward
 * @param answer what the agent got; null if it got nothing
 * @param signature of the request that was sent last; null if nothing was signed
 * @param upstream address and port that were reached; null if none was
 * @param attempts how often the request was sent: twice if a kept connection turned out to be dead
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ExchangeRecord(
    int v,
    LaunchId launch,
    AgentId agent,
    long n,
    String time,
    Kind kind,
    Decision decision,
    String reason,
    Request request,
    Answer answer,
    Signature signature,
    String upstream,
    int attempts,
    Times times)
    implements TrafficLine {
  private static final Pattern REASON = Pattern.compile("[A-Z][A-Z0-9_]{0,63}");

  static final int METHOD_CHARS = 32;
  static final int HOST_CHARS = 256;
  static final int PATH_CHARS = 1024;
  static final int QUERY_NAMES = 64;
  static final int QUERY_NAME_CHARS = 64;

  /** What kind of exchange. */
  public enum Kind {
    /** A request and its answer. */
    HTTP,
    /** A connection that was passed through unread. */
    TUNNEL,
    /** A WebSocket, its handshake signed, its messages passed through. */
    WEBSOCKET
  }

  /** How it went. */
  public enum Decision {
    /** Signed, sent and answered. */
    FORWARDED,
    /** Answered by the launcher; nothing left the host. */
    REFUSED,
    /** The upstream failed; the request may have reached it. */
    FAILED,
    /** The agent went away before the end. */
    ABANDONED
  }

  /**
   * What the agent asked for; members that were not understood are null.
   *
   * @param path without the query; cut with … if it is very long
   * @param query names of the query's parameters, without their values
   * @param fields {@link SafeFields} only
   * @param bytes of the body
   * @param digest SHA-256 of the whole body, as signed; null without a body
   * @param body null unless bodies are recorded
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Request(
      String method,
      String scheme,
      String host,
      Integer port,
      String path,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> query,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> fields,
      long bytes,
      Digest digest,
      Body body) {
    public Request {
      Check.text(method, METHOD_CHARS, "method");
      Check.text(scheme, 8, "scheme");
      Check.text(host, HOST_CHARS, "host");
      Check.text(path, PATH_CHARS + 1, "path");
      Check.that(port == null || (port > 0 && port < 65536), "port", "1 to 65535");
      Check.count(bytes, "bytes");
      query = Check.texts(query, QUERY_NAMES + 1, QUERY_NAME_CHARS + 1, "query");
      fields = Check.fields(fields, "fields");
    }
  }

  /**
   * What the agent got.
   *
   * @param bytes of the body, as they passed
   * @param digest SHA-256 of these; null without a body
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Answer(
      int status,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> fields,
      long bytes,
      Digest digest,
      Body body) {
    public Answer {
      Check.that(status >= 100 && status <= 999, "status", "100 to 999");
      Check.count(bytes, "bytes");
      fields = Check.fields(fields, "fields");
    }
  }

  /**
   * By what the verifier and the service know the request.
   *
   * @param keyid RFC 7638 thumbprint of the key
   */
  public record Signature(String keyid, String nonce) {
    public Signature {
      Check.text(Check.present(keyid, "keyid"), 64, "keyid");
      Check.text(Check.present(nonce, "nonce"), 64, "nonce");
    }
  }

  /**
   * Microseconds from the beginning to each point that was reached.
   *
   * @param received the request had come in whole
   * @param prepared its turn had come
   * @param signed it was signed and the upstream's name resolved
   * @param sent a connection to the upstream stood, and it was sent
   * @param answered the answer's header came
   * @param ended it was over
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Times(
      Long received, Long prepared, Long signed, Long sent, Long answered, long ended) {
    public Times {
      Check.count(received, "received");
      Check.count(prepared, "prepared");
      Check.count(signed, "signed");
      Check.count(sent, "sent");
      Check.count(answered, "answered");
      Check.count(ended, "ended");
    }
  }

  /**
   * A recorded body: sealed, or left out for a reason.
   *
   * @param bytes of the content that was sealed, after decoding and redaction
   * @param whole whether that is all of it
   * @param redacted how many values were taken out
   * @param coding the content coding that is still on it; null if none
   * @param sealed {@link SealedBody}
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Body(
      int bytes, boolean whole, int redacted, String coding, Bytes sealed, Omitted omitted) {
    public Body {
      Check.that((sealed == null) != (omitted == null), "body", "sealed, or why it is omitted");
      Check.that(bytes >= 0 && redacted >= 0, "body", "0 bytes or more");
      Check.text(coding, 200, "coding");
    }

    static Body omitted(Omitted why) {
      return new Body(0, false, 0, null, null, why);
    }
  }

  /** Why a body that should have been recorded was not. */
  public enum Omitted {
    /** Something is to be redacted, and it is not JSON in which that could be found. */
    NOT_REDACTABLE,
    /** Something is to be redacted, and it is longer than what is recorded. */
    TOO_LARGE,
    /** The bodies that wait to be written fill the room for them. */
    NO_ROOM
  }

  public ExchangeRecord {
    Check.version(v);
    Check.present(launch, "launch");
    Check.present(agent, "agent");
    Check.present(kind, "kind");
    Check.present(decision, "decision");
    Check.present(request, "request");
    Check.present(times, "times");
    Check.that(n > 0, "n", "a number from 1");
    Check.that(attempts >= 0, "attempts", "0 or more");
    Check.that(reason == null || REASON.matcher(reason).matches(), "reason", "a reason's name");
    Check.text(upstream, 64, "upstream");
    LineTime.parse(Check.present(time, "time"));
  }

  /** When it began. */
  public Instant began() {
    return LineTime.parse(time);
  }

  @Override
  public Instant ended() {
    return began().plusNanos(times.ended() * 1000);
  }

  /** What the launcher's readers call it: launch and number. */
  public String id() {
    return launch + "/" + n;
  }
}
