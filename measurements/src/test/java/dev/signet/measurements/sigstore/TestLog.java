// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** A transparency log as Rekor is one: a Merkle tree (RFC 6962), promises and checkpoints. */
public final class TestLog {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  final String host;
  final KeyPair key;
  private final List<byte[]> leaves = new ArrayList<>();

  TestLog(String host, KeyPair key) {
    this.host = host;
    this.key = key;
    for (int i = 0; i < 5; i++) { // a tree of one leaf proves little
      leaves.add(leafHash(new byte[] {(byte) i}));
    }
  }

  /**
   * As Rekor v1 has it, SHA-256 of the key; as v2 has it, of its name too (C2SP signed-note, "Key
   * ID").
   */
  public byte[] id() {
    byte[] spki = key.getPublic().getEncoded();
    if (TestKeys.isEc(key)) {
      return TestKeys.sha256(spki);
    }
    byte[] name = (host + "\n\u0001").getBytes(StandardCharsets.US_ASCII);
    return TestKeys.sha256(concat(name, Arrays.copyOfRange(spki, spki.length - 32, spki.length)));
  }

  /**
   * Takes an entry and gives it back with its proofs, as a bundle carries it.
   *
   * @param time when Rekor v1 says that it was logged; null for Rekor v2
   */
  public synchronized ObjectNode append(String kind, String version, byte[] body, Instant time) {
    leaves.add(leafHash(body));
    int index = leaves.size() - 1;
    byte[] root = root(leaves);
    ObjectNode entry = JSON.objectNode();
    entry.put("logIndex", Integer.toString(index));
    entry.putObject("logId").put("keyId", TestKeys.base64(id()));
    entry.putObject("kindVersion").put("kind", kind).put("version", version);
    if (time != null) {
      entry.put("integratedTime", Long.toString(time.getEpochSecond()));
      entry.putObject("inclusionPromise").put("signedEntryTimestamp", promise(body, time, index));
    }
    ObjectNode proof = entry.putObject("inclusionProof");
    proof.put("logIndex", Integer.toString(index));
    proof.put("rootHash", TestKeys.base64(root));
    proof.put("treeSize", Integer.toString(leaves.size()));
    ArrayNode hashes = proof.putArray("hashes");
    path(index, leaves).forEach(hash -> hashes.add(TestKeys.base64(hash)));
    proof.putObject("checkpoint").put("envelope", checkpoint(leaves.size(), root));
    entry.put("canonicalizedBody", TestKeys.base64(body));
    return entry;
  }

  /** A signed note over a tree. */
  String checkpoint(long size, byte[] root) {
    String origin =
        TestKeys.isEc(key) ? host + " - 1193050959916656506" : host; // v1 names its tree
    String note = origin + "\n" + size + "\n" + TestKeys.base64(root) + "\n";
    byte[] signature = TestKeys.sign(key, note.getBytes(StandardCharsets.UTF_8));
    return note
        + "\n\u2014 "
        + host
        + " "
        + TestKeys.base64(concat(Arrays.copyOf(id(), 4), signature))
        + "\n";
  }

  String promise(byte[] body, Instant time, int index) {
    String signed =
        "{\"body\":\""
            + TestKeys.base64(body)
            + "\",\"integratedTime\":"
            + time.getEpochSecond()
            + ",\"logID\":\""
            + HexFormat.of().formatHex(id())
            + "\",\"logIndex\":"
            + index
            + "}";
    return TestKeys.base64(TestKeys.sign(key, signed.getBytes(StandardCharsets.UTF_8)));
  }

  static byte[] leafHash(byte[] body) {
    return TestKeys.sha256(concat(new byte[] {0}, body));
  }

  private static byte[] root(List<byte[]> leaves) {
    if (leaves.size() == 1) {
      return leaves.getFirst();
    }
    int left = Integer.highestOneBit(leaves.size() - 1);
    return TestKeys.sha256(
        concat(
            new byte[] {1},
            root(leaves.subList(0, left)),
            root(leaves.subList(left, leaves.size()))));
  }

  private static List<byte[]> path(int index, List<byte[]> leaves) {
    if (leaves.size() == 1) {
      return new ArrayList<>();
    }
    int left = Integer.highestOneBit(leaves.size() - 1);
    List<byte[]> first = leaves.subList(0, left);
    List<byte[]> second = leaves.subList(left, leaves.size());
    List<byte[]> path = index < left ? path(index, first) : path(index - left, second);
    path.add(root(index < left ? second : first));
    return path;
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
