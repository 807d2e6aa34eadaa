// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol;

import java.time.Duration;

/**
 * Every bound of the protocol, in one place. A message over its bound is refused before it is
 * parsed further.
 */
public final class Limits {
  /** Bytes of a JSON request to the verifier other than evidence. */
  public static final int SMALL_MESSAGE_BYTES = 64 * 1024;

  /** Bytes of an attestation request (evidence with its logs). */
  public static final int EVIDENCE_BYTES = 11 * 1024 * 1024;

  /** Bytes of a launch log since boot. */
  public static final int LAUNCH_LOG_BYTES = 4 * 1024 * 1024;

  /** Records of a launch log since boot. */
  public static final int LAUNCH_LOG_RECORDS = 16_384;

  /** Bytes of one line of a launch log. */
  public static final int LAUNCH_RECORD_BYTES = 64 * 1024;

  /** Bytes of a firmware event log; real ones have 10 to 200 KiB. */
  public static final int FIRMWARE_LOG_BYTES = 1024 * 1024;

  /** Events of a firmware event log. */
  public static final int FIRMWARE_LOG_EVENTS = 16_384;

  /** Bytes of a policy for firmware event logs. */
  public static final int FIRMWARE_POLICY_BYTES = 512 * 1024;

  /** Banks that a firmware event log may declare. */
  public static final int FIRMWARE_LOG_BANKS = 8;

  /** Bytes of a DSSE envelope with a reference statement. */
  public static final int STATEMENT_BYTES = 256 * 1024;

  /** Artifacts of a statement or of a launch, each with its digest in the identity token. */
  public static final int ARTIFACTS = 16;

  /** Of a reference statement; each is compared with each request. */
  public static final int EGRESS_PERMISSIONS = 1000;

  /** Bytes of an identity token in compact form. */
  public static final int TOKEN_BYTES = 8 * 1024;

  /** Bytes of a trust snapshot in compact form. */
  public static final int SNAPSHOT_BYTES = 16 * 1024 * 1024;

  /** Bytes of a TPM structure (attest, public area, signature) in a message. */
  public static final int TPM_STRUCTURE_BYTES = 1024;

  /** Bytes of a file of PCR values that tpm2-tools wrote: 24 PCRs of each of 16 banks. */
  public static final int PCR_FILE_BYTES = 32 * 1024;

  /** Bytes of a DER certificate in a message. */
  public static final int CERTIFICATE_BYTES = 8 * 1024;

  /** Bytes of a DER platform certificate, with its list of components, in a message. */
  public static final int PLATFORM_CERTIFICATE_BYTES = 32 * 1024;

  /** Nesting depth of any JSON document. */
  public static final int JSON_DEPTH = 16;

  /** Characters of one JSON string; large members are base64url of bounded bytes. */
  public static final int JSON_STRING_CHARS = 8 * 1024 * 1024;

  /** Bytes of a challenge nonce, exactly. */
  public static final int NONCE_BYTES = 32;

  /** Life of a challenge: the evidence must have been received before this has passed. */
  public static final Duration CHALLENGE_LIFE = Duration.ofSeconds(60);

  /** Life of an enrolment between the credential challenge and its activation. */
  public static final Duration ENROLLMENT_LIFE = Duration.ofSeconds(60);

  /** How long a state approval's TPM clock bound lies ahead of the quoted clock. */
  public static final Duration APPROVAL_CLOCK_BOUND = Duration.ofSeconds(30);

  /** Expiration given to TPM2_PolicySigned, counted from the start of the policy session. */
  public static final Duration APPROVAL_EXPIRATION = Duration.ofSeconds(10);

  /** How long a lease lasts that our launcher asks for. */
  public static final Duration LEASE_LIFE = Duration.ofMinutes(10);

  /** Longest time from an attestation to the end of a lease in it. */
  public static final Duration LEASE_LIFE_MAX = Duration.ofMinutes(15);

  /** Default life of an identity token. */
  public static final Duration TOKEN_LIFE = Duration.ofMinutes(5);

  /** Longest life that a verifier may be configured to give an identity token. */
  public static final Duration TOKEN_LIFE_MAX = Duration.ofMinutes(59);

  /** How far ahead of the checker's clock a signature's or token's time may lie. */
  public static final Duration CLOCK_SKEW = Duration.ofSeconds(10);

  /** Longest time from a request signature's {@code created} to its {@code expires}. */
  public static final Duration SIGNATURE_LIFE = Duration.ofSeconds(60);

  /** Least bits of randomness in a request signature's nonce. */
  public static final int SIGNATURE_NONCE_BITS = 128;

  /** A relying party refuses everybody once its newest trust snapshot is older than this. */
  public static final Duration SNAPSHOT_STALE = Duration.ofSeconds(240);

  /** Audiences of one JWT-SVID, and those that a registration may name. */
  public static final int AUDIENCES = 16;

  /** Characters of an audience. */
  public static final int AUDIENCE_CHARS = 255;

  /** Most seconds that an SVID or token may be asked for; what is given is less. */
  public static final long SVID_SECONDS_ASKED = 24L * 60 * 60;

  /** Keys of a SPIFFE bundle, and certificates of a chain. */
  public static final int BUNDLE_KEYS = 64;

  /** Default life of an X509-SVID or WIT-SVID. */
  public static final Duration SVID_LIFE = Duration.ofMinutes(10);

  /** Longest life of an X509-SVID or WIT-SVID. */
  public static final Duration SVID_LIFE_MAX = Duration.ofHours(1);

  /** Default life of a JWT-SVID. */
  public static final Duration JWT_SVID_LIFE = Duration.ofMinutes(5);

  /** Longest life of a JWT-SVID. */
  public static final Duration JWT_SVID_LIFE_MAX = Duration.ofMinutes(10);

  /** Default life of a token for federation by OpenID Connect. */
  public static final Duration FEDERATION_TOKEN_LIFE = Duration.ofMinutes(10);

  /** Longest life of a token for federation by OpenID Connect. */
  public static final Duration FEDERATION_TOKEN_LIFE_MAX = Duration.ofMinutes(59);

  /** Bytes of IMA's log in one message. A longer log comes in pieces, each to a new nonce. */
  public static final int IMA_PIECE_BYTES = 2 * 1024 * 1024;

  /** Bytes of IMA's whole log in a file that a command reads. */
  public static final int IMA_LOG_BYTES = 512 * 1024 * 1024;

  /** Bytes of the template data of one entry of IMA's log, and of a line of it in ASCII. */
  public static final int IMA_ENTRY_BYTES = 256 * 1024;

  /** Characters of the name of a template of IMA. */
  public static final int IMA_TEMPLATE_CHARS = 64;

  /** Bytes of a path in IMA's log: the kernel's PATH_MAX. */
  public static final int IMA_PATH_BYTES = 4096;

  /** Bytes of a policy for IMA's log. */
  public static final int IMA_POLICY_BYTES = 16 * 1024 * 1024;

  /** Files that a policy for IMA's log may name. */
  public static final int IMA_POLICY_FILES = 200_000;

  /** Other rules of each kind in a policy for IMA's log, and digests of one file. */
  public static final int IMA_POLICY_RULES = 256;

  /** Keys of signed files in a policy for IMA's log: each may be tried for each file. */
  public static final int IMA_POLICY_KEYS = 8;

  /** Findings about IMA's log that an answer tells; the others are counted. */
  public static final int IMA_FINDINGS = 16;

  private Limits() {}
}
