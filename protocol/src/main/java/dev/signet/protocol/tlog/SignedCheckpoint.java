// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.protocol.tlog;

import dev.signet.protocol.Bytes;
import dev.signet.protocol.Digest;
import dev.signet.protocol.MalformedMessageException;
import dev.signet.protocol.PublicJwk;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.SignatureException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A checkpoint as a signed note (C2SP signed-note and tlog-checkpoint), without extension lines.
 *
 * @param checkpoint not to be believed before {@link #isSignedBy}
 * @param note all of it, byte for byte
 */
public record SignedCheckpoint(Checkpoint checkpoint, List<Line> signatures, Bytes note) {
  /** Bytes of a note that is read: there may be lines of other keys, also of larger ones. */
  public static final int MAX_BYTES = 64 * 1024;

  private static final int MAX_SIGNATURES = 16;
  private static final Pattern SIZE = Pattern.compile("0|[1-9][0-9]{0,17}");
  private static final Pattern LINE = Pattern.compile("— ([^ ]+) ([A-Za-z0-9+/]+={0,2})");

  /**
   * One signature.
   *
   * @param name of the key
   * @param id of the key, 4 bytes
   * @param signature DER, if it is ours
   */
  public record Line(String name, Bytes id, Bytes signature) {}

  public SignedCheckpoint {
    signatures = List.copyOf(signatures);
  }

  /**
   * @throws MalformedMessageException saying what was expected
   */
  public static SignedCheckpoint parse(byte[] note) throws MalformedMessageException {
    if (note.length > MAX_BYTES) {
      throw new MalformedMessageException(
          "expected a checkpoint of at most " + MAX_BYTES + " bytes, got " + note.length);
    }
    String text = new String(note, StandardCharsets.UTF_8);
    // What is no UTF-8 decodes to something that encodes to other bytes.
    if (!Arrays.equals(note, text.getBytes(StandardCharsets.UTF_8)) || !text.endsWith("\n")) {
      throw new MalformedMessageException("expected a checkpoint: lines of UTF-8");
    }
    List<String> lines = Arrays.asList(text.split("\n", -1));
    lines = lines.subList(0, lines.size() - 1);
    if (lines.size() < 5 || !lines.get(3).isEmpty()) {
      throw new MalformedMessageException(
          "expected a checkpoint: origin, size, root hash, an empty line, signatures");
    }
    if (!SIZE.matcher(lines.get(1)).matches()) {
      throw new MalformedMessageException("checkpoint: expected a size in decimal");
    }
    byte[] root = base64(lines.get(2));
    if (root.length != Digest.BYTES) {
      throw new MalformedMessageException(
          "checkpoint: expected a root hash of 32 bytes, got " + root.length);
    }
    Checkpoint checkpoint;
    try {
      checkpoint =
          new Checkpoint(lines.get(0), Long.parseLong(lines.get(1)), Digest.ofDigest(root));
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException("checkpoint: " + e.getMessage(), e);
    }
    List<Line> signatures = signatures(lines.subList(4, lines.size()));
    return new SignedCheckpoint(checkpoint, signatures, Bytes.of(note));
  }

  private static List<Line> signatures(List<String> lines) throws MalformedMessageException {
    if (lines.size() > MAX_SIGNATURES) {
      throw new MalformedMessageException(
          "checkpoint: expected at most " + MAX_SIGNATURES + " signatures, got " + lines.size());
    }
    List<Line> out = new ArrayList<>();
    for (String line : lines) {
      Matcher m = LINE.matcher(line);
      byte[] signature = m.matches() ? base64(m.group(2)) : new byte[0];
      if (signature.length <= Checkpoint.KEY_ID_BYTES) {
        throw new MalformedMessageException(
            "checkpoint: expected a dash, the key's name and a signature in base64 on each line");
      }
      out.add(
          new Line(
              m.group(1),
              Bytes.of(Arrays.copyOf(signature, Checkpoint.KEY_ID_BYTES)),
              Bytes.of(Arrays.copyOfRange(signature, Checkpoint.KEY_ID_BYTES, signature.length))));
    }
    return out;
  }

  /**
   * Whether the log's key signed it: at least once, and never badly. Signatures of other keys are
   * not looked at.
   */
  public boolean isSignedBy(PublicJwk key) {
    Bytes id = Bytes.of(Checkpoint.keyId(key));
    boolean signed = false;
    for (Line line : signatures) {
      if (line.name().equals(checkpoint.origin()) && line.id().equals(id)) {
        if (!verifies(key, line.signature().toArray())) {
          return false;
        }
        signed = true;
      }
    }
    return signed;
  }

  private boolean verifies(PublicJwk key, byte[] signature) {
    try {
      Signature ecdsa = Signature.getInstance("SHA256withECDSA");
      ecdsa.initVerify(key.toPublicKey());
      ecdsa.update(checkpoint.text().getBytes(StandardCharsets.UTF_8));
      return ecdsa.verify(signature);
    } catch (SignatureException e) {
      return false; // not DER
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform we run on has P-256", e);
    }
  }

  private static byte[] base64(String text) throws MalformedMessageException {
    try {
      byte[] bytes = Base64.getDecoder().decode(text);
      if (Base64.getEncoder().encodeToString(bytes).equals(text)) {
        return bytes;
      }
    } catch (IllegalArgumentException e) {
      throw new MalformedMessageException("checkpoint: expected base64", e);
    }
    throw new MalformedMessageException("checkpoint: expected canonical base64");
  }
}
