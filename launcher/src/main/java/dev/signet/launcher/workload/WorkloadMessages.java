// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The messages of SPIFFE's workloadapi.proto (in SPIFFE_Workload_API.md, sections 5.1, 6.1, 7.1),
 * field by field: they are seven and flat, and classes generated for them would have to come with
 * their clients. Fields that this does not know are skipped, as the Protocol Buffers rules want it.
 */
final class WorkloadMessages {
  private WorkloadMessages() {}

  /** {@code JWTSVIDRequest}; the id is empty where any will do. */
  record JwtSvidRequest(List<String> audience, String spiffeId) {}

  /** {@code ValidateJWTSVIDRequest}. */
  record ValidateRequest(String audience, String svid) {}

  /** Reads one field whose number is known; false skips it. */
  private interface FieldReader {
    boolean read(int number, CodedInputStream in) throws IOException;
  }

  /** Writes fields. */
  private interface FieldWriter {
    void write(CodedOutputStream out) throws IOException;
  }

  static JwtSvidRequest jwtSvidRequest(byte[] message) throws IOException {
    List<String> audience = new ArrayList<>();
    String[] id = {""};
    read(
        message,
        (number, in) -> {
          switch (number) {
            case 1 -> audience.add(in.readStringRequireUtf8());
            case 2 -> id[0] = in.readStringRequireUtf8();
            default -> {
              return false;
            }
          }
          return true;
        });
    return new JwtSvidRequest(List.copyOf(audience), id[0]);
  }

  static ValidateRequest validateRequest(byte[] message) throws IOException {
    String[] fields = {"", ""};
    read(
        message,
        (number, in) -> {
          if (number > fields.length) {
            return false;
          }
          fields[number - 1] = in.readStringRequireUtf8();
          return true;
        });
    return new ValidateRequest(fields[0], fields[1]);
  }

  /** The id that a {@code WITSVIDRequest} asks for; empty where any will do. */
  static String witSvidRequest(byte[] message) throws IOException {
    String[] id = {""};
    read(
        message,
        (number, in) -> {
          if (number != 1) {
            return false;
          }
          id[0] = in.readStringRequireUtf8();
          return true;
        });
    return id[0];
  }

  /** A message without fields. */
  static void emptyRequest(byte[] message) throws IOException {
    read(message, (number, in) -> false);
  }

  /**
   * {@code X509SVIDResponse} with one SVID.
   *
   * @param chain DER certificates after one another, the leaf first
   * @param key DER of PKCS#8
   * @param bundle DER certificates after one another
   */
  static byte[] x509Svid(String id, byte[] chain, byte[] key, byte[] bundle) {
    byte[] svid =
        write(
            out -> {
              out.writeString(1, id);
              out.writeByteArray(2, chain);
              out.writeByteArray(3, key);
              out.writeByteArray(4, bundle);
            });
    return write(out -> out.writeByteArray(1, svid));
  }

  /** {@code X509BundlesResponse}; bundles by {@code spiffe://} and trust domain. */
  static byte[] x509Bundles(Map<String, byte[]> bundles) {
    return write(out -> writeMap(out, 2, bundles));
  }

  /** {@code JWTSVIDResponse} with one SVID. */
  static byte[] jwtSvid(String id, String token) {
    byte[] svid =
        write(
            out -> {
              out.writeString(1, id);
              out.writeString(2, token);
            });
    return write(out -> out.writeByteArray(1, svid));
  }

  /** {@code JWTBundlesResponse}, and {@code WITBundlesResponse}: JWK sets by trust domain. */
  static byte[] keyBundles(Map<String, byte[]> bundles) {
    return write(out -> writeMap(out, 1, bundles));
  }

  /** {@code ValidateJWTSVIDResponse}. */
  static byte[] validated(String id, Struct claims) {
    return write(
        out -> {
          out.writeString(1, id);
          out.writeMessage(2, claims);
        });
  }

  /**
   * {@code WITSVIDResponse} with one SVID.
   *
   * @param key a private JWK
   */
  static byte[] witSvid(String id, String token, String key) {
    byte[] svid =
        write(
            out -> {
              out.writeString(1, id);
              out.writeString(2, token);
              out.writeString(3, key);
            });
    return write(out -> out.writeByteArray(1, svid));
  }

  private static void writeMap(CodedOutputStream out, int number, Map<String, byte[]> map)
      throws IOException {
    for (Map.Entry<String, byte[]> entry : map.entrySet()) {
      out.writeByteArray(
          number,
          write(
              inner -> {
                inner.writeString(1, entry.getKey());
                // bytes and string look the same on the wire
                inner.writeByteArray(2, entry.getValue());
              }));
    }
  }

  private static byte[] write(FieldWriter fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      fields.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("memory takes every byte", e);
    }
    return bytes.toByteArray();
  }

  private static void read(byte[] message, FieldReader fields) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(message);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      boolean bytes = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
      if (!bytes || !fields.read(WireFormat.getTagFieldNumber(tag), in)) {
        if (!in.skipField(tag)) {
          throw new InvalidProtocolBufferException("a group ends that did not begin");
        }
      }
    }
  }
}
