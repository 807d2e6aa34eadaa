// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.measurements.sigstore;

import dev.sigstore.trustroot.CertificateAuthority;
import dev.sigstore.trustroot.ImmutableCertificateAuthority;
import dev.sigstore.trustroot.ImmutableLogId;
import dev.sigstore.trustroot.ImmutablePublicKey;
import dev.sigstore.trustroot.ImmutableSigstoreTrustedRoot;
import dev.sigstore.trustroot.ImmutableSubject;
import dev.sigstore.trustroot.ImmutableTransparencyLog;
import dev.sigstore.trustroot.ImmutableValidFor;
import dev.sigstore.trustroot.SigstoreTrustedRoot;
import dev.sigstore.trustroot.TransparencyLog;
import dev.sigstore.trustroot.ValidFor;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A trusted root's JSON (sigstore/protobuf-specs, sigstore_trustroot.proto). The library's own
 * parser ignores members that it does not know; here they are refused, since one might narrow what
 * is trusted.
 */
record TrustedRootForm(
    String mediaType,
    List<Log> tlogs,
    List<Authority> certificateAuthorities,
    List<Log> ctlogs,
    List<Authority> timestampAuthorities) {
  private static final int MAX_BYTES = 16 * 1024;

  record Log(
      String baseUrl,
      String hashAlgorithm,
      Key publicKey,
      Id logId,
      Id checkpointKeyId,
      String operator) {
    TransparencyLog toSigstoreJava(String name) {
      if (!"SHA2_256".equals(hashAlgorithm)) {
        throw new IllegalArgumentException(name + ".hashAlgorithm: expected SHA2_256");
      }
      Key key = present(publicKey, name + ".publicKey");
      return ImmutableTransparencyLog.builder()
          .baseUrl(uri(baseUrl, name + ".baseUrl"))
          .hashAlgorithm(hashAlgorithm)
          .logId(
              ImmutableLogId.builder()
                  .keyId(bytes(present(logId, name + ".logId").keyId(), name + ".logId"))
                  .build())
          .publicKey(
              ImmutablePublicKey.builder()
                  .rawBytes(bytes(key.rawBytes(), name + ".publicKey"))
                  .keyDetails(present(key.keyDetails(), name + ".publicKey.keyDetails"))
                  .validFor(validity(key.validFor(), name + ".publicKey.validFor"))
                  .build())
          .build();
    }
  }

  record Key(String rawBytes, String keyDetails, Range validFor) {}

  record Id(String keyId) {}

  record Range(String start, String end) {}

  record Authority(Subject subject, String uri, Chain certChain, Range validFor, String operator) {
    CertificateAuthority toSigstoreJava(String name) throws GeneralSecurityException {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      List<Certificate> chain = new ArrayList<>();
      for (BundleForm.Raw raw : some(present(certChain, name).certificates(), name)) {
        byte[] der = bytes(present(raw, name).rawBytes(), name + ".certChain");
        chain.add(factory.generateCertificate(new ByteArrayInputStream(der)));
      }
      return ImmutableCertificateAuthority.builder()
          .certPath(factory.generateCertPath(chain))
          .uri(URI.create(uri == null ? "" : uri)) // for messages only
          .validFor(validity(validFor, name + ".validFor"))
          .subject(ImmutableSubject.builder().organization("").commonName("").build())
          .build();
    }
  }

  record Subject(String organization, String commonName) {}

  record Chain(List<BundleForm.Raw> certificates) {}

  SigstoreTrustedRoot toSigstoreJava() throws GeneralSecurityException {
    if (!TrustedRoot.MEDIA_TYPE.equals(mediaType)) {
      throw new IllegalArgumentException("mediaType: expected " + TrustedRoot.MEDIA_TYPE);
    }
    ImmutableSigstoreTrustedRoot.Builder root = ImmutableSigstoreTrustedRoot.builder();
    for (Log log : some(tlogs, "tlogs")) {
      root.addTLogs(present(log, "tlogs").toSigstoreJava("tlogs"));
    }
    for (Log log : some(ctlogs, "ctlogs")) {
      root.addCTLogs(present(log, "ctlogs").toSigstoreJava("ctlogs"));
    }
    for (Authority authority : some(certificateAuthorities, "certificateAuthorities")) {
      String name = "certificateAuthorities";
      root.addCAs(present(authority, name).toSigstoreJava(name));
    }
    if (timestampAuthorities != null) {
      for (Authority authority : timestampAuthorities) {
        String name = "timestampAuthorities";
        root.addTSAs(present(authority, name).toSigstoreJava(name));
      }
    }
    return root.build();
  }

  /** The library takes a missing start for "ever since". */
  private static ValidFor validity(Range range, String name) {
    String start = present(present(range, name).start(), name + ".start");
    try {
      return ImmutableValidFor.builder()
          .start(Instant.parse(start))
          .end(Optional.ofNullable(range.end()).map(Instant::parse))
          .build();
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(name + ": expected times of RFC 3339", e);
    }
  }

  private static URI uri(String text, String name) {
    URI uri = URI.create(present(text, name));
    if (uri.getHost() == null) {
      throw new IllegalArgumentException(name + ": expected a URL with a host");
    }
    return uri;
  }

  private static byte[] bytes(String base64, String name) {
    return StrictBase64.decode(base64, name, MAX_BYTES).toArray();
  }

  private static <T> T present(T value, String name) {
    if (value == null) {
      throw new IllegalArgumentException(name + ": expected a value, got nothing");
    }
    return value;
  }

  private static <T> List<T> some(List<T> list, String name) {
    if (list == null || list.isEmpty()) {
      throw new IllegalArgumentException(name + ": expected at least one");
    }
    return list;
  }
}
