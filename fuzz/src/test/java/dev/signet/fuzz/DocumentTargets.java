// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.fuzz;

import static dev.signet.fuzz.FuzzTarget.require;

import dev.signet.launcher.traffic.TrafficLine;
import dev.signet.measurements.DsseEnvelope;
import dev.signet.measurements.StatementPayload;
import dev.signet.measurements.keyless.IdentityToken;
import dev.signet.measurements.sigstore.SigstoreBundle;
import dev.signet.protocol.ActivationRequest;
import dev.signet.protocol.AttestationRequest;
import dev.signet.protocol.Challenge;
import dev.signet.protocol.ChallengeRequest;
import dev.signet.protocol.CompactJws;
import dev.signet.protocol.EnrollmentRequest;
import dev.signet.protocol.FirmwareLogPolicy;
import dev.signet.protocol.IdentityClaims;
import dev.signet.protocol.ImaPolicy;
import dev.signet.protocol.Limits;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.ProblemDetails;
import dev.signet.protocol.ReferenceStatement;
import dev.signet.protocol.ResultRequest;
import dev.signet.protocol.SpiffeBundle;
import dev.signet.protocol.StrictJson;
import dev.signet.protocol.SvidRequest;
import dev.signet.protocol.TokenRequest;
import dev.signet.protocol.TrustSnapshot;
import dev.signet.protocol.VerifyRequest;
import dev.signet.verifierservice.config.ConfigException;
import dev.signet.verifierservice.config.ServiceConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** JSON, JWTs and YAML. What has a writer is read again as the same value. */
final class DocumentTargets {
  private static final List<Class<?>> MESSAGES =
      List.of(
          ActivationRequest.class,
          Challenge.class,
          ChallengeRequest.class,
          EnrollmentRequest.class,
          FirmwareLogPolicy.class,
          IdentityClaims.class,
          ImaPolicy.class,
          ProblemDetails.class,
          ResultRequest.class,
          SpiffeBundle.class,
          SvidRequest.class,
          TokenRequest.class,
          TrustSnapshot.class,
          VerifyRequest.class);

  private DocumentTargets() {}

  static boolean evidence(byte[] input) {
    return message(input, AttestationRequest.class, Limits.EVIDENCE_BYTES);
  }

  /** Every other message that a stranger sends, each tried in turn. */
  static boolean messages(byte[] input) {
    boolean accepted = false;
    for (Class<?> type : MESSAGES) {
      accepted |= message(input, type, Limits.SMALL_MESSAGE_BYTES);
    }
    return accepted;
  }

  private static <T> boolean message(byte[] input, Class<T> type, int most) {
    T value;
    try {
      value = StrictJson.decode(input, type, most);
    } catch (MalformedMessageException e) {
      return false;
    }
    require(type.isInstance(value), "another type");
    byte[] written = StrictJson.encode(value);
    T again;
    try {
      again = StrictJson.decode(written, type, Math.max(most, written.length));
    } catch (MalformedMessageException e) {
      throw new AssertionError("refused what it wrote itself as " + type.getSimpleName(), e);
    }
    require(again.equals(value), "another " + type.getSimpleName());
    require(Arrays.equals(StrictJson.encode(again), written), "written in two ways");
    return true;
  }

  /** A line of the launcher's exchange log, which others of its host may have written to. */
  static boolean exchangeRecord(byte[] input) {
    TrafficLine line;
    try {
      line = TrafficLine.decode(input);
    } catch (MalformedMessageException e) {
      return false;
    }
    require(line.n() > 0 && line.ended() != null, "an exchange without number or end");
    byte[] written = line.encode();
    for (byte b : written) {
      require(b != '\n', "two lines");
    }
    try {
      require(TrafficLine.decode(written).equals(line), "another exchange");
    } catch (MalformedMessageException e) {
      throw new AssertionError("refused what it wrote itself", e);
    }
    return true;
  }

  static boolean statement(byte[] input) {
    ReferenceStatement statement;
    try {
      statement = StatementPayload.parse(input);
    } catch (MalformedMessageException e) {
      return false;
    }
    require(statement.predicate().artifacts().size() <= Limits.ARTIFACTS, "too many artifacts");
    return message(input, ReferenceStatement.class, Limits.STATEMENT_BYTES);
  }

  static boolean dsse(byte[] input) {
    DsseEnvelope envelope;
    try {
      envelope = DsseEnvelope.parse(input);
    } catch (MalformedMessageException e) {
      return false;
    }
    require(envelope.signatures().size() <= DsseEnvelope.MAX_SIGNATURES, "too many signatures");
    try {
      DsseEnvelope again = DsseEnvelope.parse(envelope.encode());
      require(again.equals(envelope), "another envelope");
      require(Arrays.equals(again.signedBytes(), envelope.signedBytes()), "other signed bytes");
    } catch (MalformedMessageException e) {
      throw new AssertionError("refused what it wrote itself", e);
    }
    return true;
  }

  /** A Sigstore bundle, and who its certificate says that has signed. */
  static boolean bundle(byte[] input) {
    SigstoreBundle bundle;
    try {
      bundle = SigstoreBundle.parse(input, SigstoreBundle.MAX_BYTES);
    } catch (MalformedMessageException e) {
      return false;
    }
    try {
      bundle.claimedSigner();
    } catch (MalformedMessageException e) {
      return true; // By a key, or by nobody with a name.
    }
    return true;
  }

  /** An identity token, and a token of CI. */
  static boolean jwt(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    boolean accepted = false;
    try {
      IdentityToken.parse(text);
      accepted = true;
    } catch (MalformedMessageException e) {
      // It may be one of ours.
    }
    CompactJws jws;
    try {
      jws = CompactJws.parse(text, IdentityClaims.TYP, Limits.TOKEN_BYTES);
    } catch (MalformedMessageException e) {
      return accepted;
    }
    String signed = new String(jws.signingInput(), StandardCharsets.US_ASCII);
    require(CompactJws.assemble(signed, jws.signature()).equals(text), "another token");
    message(jws.payload(), IdentityClaims.class, Limits.TOKEN_BYTES);
    return true;
  }

  static boolean config(byte[] input) {
    try {
      ServiceConfig.parse("signet-verifier.yaml", input, Path.of("/nowhere"));
      return true;
    } catch (ConfigException e) {
      require(!e.getMessage().isEmpty(), "a refusal that says nothing");
      return false;
    }
  }
}
