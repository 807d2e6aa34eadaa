// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/**
 * What a maker says a machine is: the directoryName in a platform certificate's subjectAltName (TCG
 * Platform Certificate Profile 1.1, sections 3.1.2 and 3.2.8).
 *
 * @param serial the machine's serial number, or null if the certificate gives none
 */
public record PlatformDescription(
    String manufacturer, String model, String version, String serial) {
  private static final String COMMON = "2.23.133.5.1.";
  private static final ASN1ObjectIdentifier MANUFACTURER = new ASN1ObjectIdentifier(COMMON + "1");
  private static final ASN1ObjectIdentifier MODEL = new ASN1ObjectIdentifier(COMMON + "4");
  private static final ASN1ObjectIdentifier VERSION = new ASN1ObjectIdentifier(COMMON + "5");
  private static final ASN1ObjectIdentifier SERIAL = new ASN1ObjectIdentifier(COMMON + "6");

  /**
   * Empty unless manufacturer, model and version are there, each once, and the serial number at
   * most once.
   *
   * @throws IOException if one of them is not a text
   */
  static Optional<PlatformDescription> read(GeneralNames names) throws IOException {
    Map<ASN1ObjectIdentifier, String> found = new HashMap<>();
    for (GeneralName name : names.getNames()) {
      if (name.getTagNo() == GeneralName.directoryName && !collect(name, found)) {
        return Optional.empty();
      }
    }
    if (!found.containsKey(MANUFACTURER)
        || !found.containsKey(MODEL)
        || !found.containsKey(VERSION)) {
      return Optional.empty();
    }
    return Optional.of(
        new PlatformDescription(
            found.get(MANUFACTURER), found.get(MODEL), found.get(VERSION), found.get(SERIAL)));
  }

  private static boolean collect(GeneralName name, Map<ASN1ObjectIdentifier, String> found)
      throws IOException {
    for (RDN rdn : X500Name.getInstance(name.getName()).getRDNs()) {
      for (AttributeTypeAndValue attribute : rdn.getTypesAndValues()) {
        ASN1ObjectIdentifier type = attribute.getType();
        boolean wanted =
            type.equals(MANUFACTURER)
                || type.equals(MODEL)
                || type.equals(VERSION)
                || type.equals(SERIAL);
        if (wanted && found.put(type, CertificateText.read(attribute.getValue(), 1)) != null) {
          return false;
        }
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return manufacturer
        + " "
        + model
        + " "
        + version
        + (serial == null ? "" : ", serial number " + serial);
  }
}
