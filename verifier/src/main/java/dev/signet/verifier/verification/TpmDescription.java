// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/**
 * What a maker says a TPM is, fit to be shown: the directoryName in the certificate's
 * subjectAltName (TCG EK Credential Profile, section 3.2.9).
 *
 * @param manufacturer {@code id:} and the TCG vendor number in hexadecimal
 */
public record TpmDescription(String manufacturer, String model, String version) {
  private static final ASN1ObjectIdentifier MANUFACTURER = new ASN1ObjectIdentifier("2.23.133.2.1");
  private static final ASN1ObjectIdentifier MODEL = new ASN1ObjectIdentifier("2.23.133.2.2");
  private static final ASN1ObjectIdentifier VERSION = new ASN1ObjectIdentifier("2.23.133.2.3");

  private static final Set<ASN1ObjectIdentifier> WANTED = Set.of(MANUFACTURER, MODEL, VERSION);

  /** What swtpm's own certificate authority writes. */
  private static final String SIMULATOR_MANUFACTURER = "id:00001014";

  private static final String SIMULATOR_MODEL = "swtpm";

  /** Whether its maker calls it a software simulator, with which nothing is in hardware. */
  public boolean isSimulator() {
    return manufacturer.equalsIgnoreCase(SIMULATOR_MANUFACTURER)
        || model.equalsIgnoreCase(SIMULATOR_MODEL);
  }

  /**
   * Empty unless all three attributes are there, each once.
   *
   * @throws IllegalArgumentException if the extension is not a subjectAltName
   */
  static Optional<TpmDescription> read(Extensions extensions) {
    GeneralNames names = GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
    if (names == null) {
      return Optional.empty();
    }
    Map<ASN1ObjectIdentifier, String> found = new HashMap<>();
    for (GeneralName name : names.getNames()) {
      if (name.getTagNo() == GeneralName.directoryName && !collect(name, found)) {
        return Optional.empty();
      }
    }
    if (!found.keySet().containsAll(WANTED)) {
      return Optional.empty();
    }
    return Optional.of(
        new TpmDescription(found.get(MANUFACTURER), found.get(MODEL), found.get(VERSION)));
  }

  private static boolean collect(GeneralName name, Map<ASN1ObjectIdentifier, String> found) {
    for (RDN rdn : X500Name.getInstance(name.getName()).getRDNs()) {
      for (AttributeTypeAndValue attribute : rdn.getTypesAndValues()) {
        if (WANTED.contains(attribute.getType())
            && attribute.getValue() instanceof ASN1String text
            && found.put(attribute.getType(), CertificateText.shown(text.getString())) != null) {
          return false;
        }
      }
    }
    return true;
  }
}
