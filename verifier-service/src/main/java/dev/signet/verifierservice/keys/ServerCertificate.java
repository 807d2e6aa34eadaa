// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifierservice.keys;

import dev.signet.verifierservice.config.ServiceConfig;
import dev.signet.verifierservice.http.ServerTls;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** The server's certificate: the configured one, or one made once in the data directory. */
public final class ServerCertificate {
  private static final Duration LIFE = Duration.ofDays(3650);

  private ServerCertificate() {}

  public static ServerTls open(
      ServiceConfig.Tls tls, Path dataDir, Instant now, SecureRandom random) throws IOException {
    if (!tls.generated()) {
      return new ServerTls(Pem.certificates(tls.certificate()), Pem.privateKey(tls.key()));
    }
    Path certificate = dataDir.resolve("tls.pem");
    Path key = dataDir.resolve("tls.key");
    if (!Files.exists(key)) {
      PrivateFiles.create(key, Pem.encode(Pem.newP256()));
    }
    PrivateFiles.requirePrivate(key);
    if (!Files.exists(certificate)) {
      byte[] der = selfSigned(Pem.decode(key), tls.names(), now, random);
      PrivateFiles.create(
          certificate, Pem.block("CERTIFICATE", der).getBytes(StandardCharsets.US_ASCII));
    }
    List<X509Certificate> chain = Pem.certificates(certificate);
    return new ServerTls(chain, Pem.privateKey(key));
  }

  private static byte[] selfSigned(
      KeyPair pair, List<String> names, Instant now, SecureRandom random) throws IOException {
    X500Name subject = new X500Name("CN=Signet verifier");
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            subject,
            new BigInteger(127, random),
            Date.from(now.minus(Duration.ofMinutes(5))),
            Date.from(now.plus(LIFE)),
            subject,
            pair.getPublic());
    GeneralName[] alternatives =
        names.stream()
            .map(
                n -> new GeneralName(isAddress(n) ? GeneralName.iPAddress : GeneralName.dNSName, n))
            .toArray(GeneralName[]::new);
    try {
      builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(alternatives));
      return builder
          .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
          .getEncoded();
    } catch (OperatorCreationException e) {
      throw new IOException(
          "cannot make the server's certificate", new GeneralSecurityException(e));
    }
  }

  private static boolean isAddress(String name) {
    return name.matches("[0-9.]+") || name.indexOf(':') >= 0;
  }
}
