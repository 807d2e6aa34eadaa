// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.verifier.verification;

import dev.signet.verifier.verification.PlatformCertificate.Component;
import dev.signet.verifier.verification.PlatformCertificate.RootOfTrust;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Enumerated;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.ASN1UTF8String;
import org.bouncycastle.asn1.BERTags;
import org.bouncycastle.asn1.x509.Attribute;

/**
 * What the attributes of a platform certificate say (TCG Platform Certificate Profile 1.1, sections
 * 3.1.1, 3.1.4 and 3.1.6; component lists of profile 1.0 too). Addresses in them are not read.
 *
 * @param rootOfTrust null if not said
 * @param components as the maker put them in
 */
record PlatformAttributes(RootOfTrust rootOfTrust, List<Component> components) {
  private static final String TCG = "2.23.133.";
  private static final ASN1ObjectIdentifier SECURITY_ASSERTIONS = oid("2.19");
  private static final ASN1ObjectIdentifier CREDENTIAL_TYPE = oid("2.25");
  private static final ASN1ObjectIdentifier CONFIGURATION_1 = oid("5.1.7.1");
  private static final ASN1ObjectIdentifier CONFIGURATION_2 = oid("5.1.7.2");
  private static final ASN1ObjectIdentifier PLATFORM = oid("8.2");

  private static final int COMPONENTS = 0;
  private static final int COMPONENT_SERIAL = 0;
  private static final int COMPONENT_REVISION = 1;
  private static final int COMPONENT_STATUS = 7;
  private static final int ROOT_OF_TRUST = 2;
  private static final int CLASS_BYTES = 4;

  /**
   * @throws IOException saying what was expected
   */
  static PlatformAttributes read(ASN1Sequence attributes) throws IOException {
    RootOfTrust root = null;
    List<Component> components = List.of();
    Set<ASN1ObjectIdentifier> seen = new HashSet<>();
    for (ASN1Encodable each : attributes) {
      Attribute attribute = Attribute.getInstance(each);
      ASN1ObjectIdentifier type = attribute.getAttrType();
      // Two component lists of different versions would be two answers to one question.
      ASN1ObjectIdentifier kind = type.equals(CONFIGURATION_1) ? CONFIGURATION_2 : type;
      if (!seen.add(kind)) {
        throw new IOException("expected the attribute " + type + " once");
      }
      if (type.equals(CREDENTIAL_TYPE)) {
        requireBase(ASN1Sequence.getInstance(only(attribute)));
      } else if (type.equals(SECURITY_ASSERTIONS)) {
        root = rootOfTrust(ASN1Sequence.getInstance(only(attribute)));
      } else if (kind.equals(CONFIGURATION_2)) {
        components = components(ASN1Sequence.getInstance(only(attribute)), kind.equals(type));
      }
    }
    return new PlatformAttributes(root, List.copyOf(components));
  }

  private static ASN1Encodable only(Attribute attribute) throws IOException {
    if (attribute.getAttrValues().size() != 1) {
      throw new IOException("expected one value of the attribute " + attribute.getAttrType());
    }
    return attribute.getAttrValues().getObjectAt(0);
  }

  /** A delta says what changed since another certificate, and nothing of its own. */
  private static void requireBase(ASN1Sequence type) throws IOException {
    if (type.size() != 1 || !PLATFORM.equals(type.getObjectAt(0))) {
      throw new IOException(
          "expected the credential type " + PLATFORM + " of a base platform certificate");
    }
  }

  private static RootOfTrust rootOfTrust(ASN1Sequence assertions) throws IOException {
    RootOfTrust root = null;
    for (ASN1Encodable each : assertions) {
      if (each instanceof ASN1Integer version && !version.hasValue(0)) {
        throw new IOException("expected security assertions of version 0");
      }
      if (each instanceof ASN1TaggedObject tagged && tagged.hasContextTag(ROOT_OF_TRUST)) {
        int value = ASN1Enumerated.getInstance(tagged, false).intValueExact();
        if (root != null || value < 0 || value >= RootOfTrust.values().length) {
          throw new IOException("expected one measurement root type of 0 to 5");
        }
        root = RootOfTrust.values()[value];
      }
    }
    return root;
  }

  private static List<Component> components(ASN1Sequence configuration, boolean withClass)
      throws IOException {
    List<Component> components = new ArrayList<>();
    boolean seen = false;
    for (ASN1Encodable each : configuration) {
      ASN1TaggedObject tagged = ASN1TaggedObject.getInstance(each, BERTags.CONTEXT_SPECIFIC);
      if (tagged.getTagNo() == COMPONENTS) {
        if (seen) {
          throw new IOException("expected one list of components");
        }
        seen = true;
        for (ASN1Encodable component : ASN1Sequence.getInstance(tagged, false)) {
          components.add(component(ASN1Sequence.getInstance(component), withClass));
        }
      }
    }
    return components;
  }

  private static Component component(ASN1Sequence fields, boolean withClass) throws IOException {
    int first = withClass ? 1 : 0;
    if (fields.size() < first + 2) {
      throw new IOException("expected a component with manufacturer and model");
    }
    String serial = null;
    String revision = null;
    int last = -1;
    for (int i = first + 2; i < fields.size(); i++) {
      ASN1TaggedObject tagged =
          ASN1TaggedObject.getInstance(fields.getObjectAt(i), BERTags.CONTEXT_SPECIFIC);
      if (tagged.getTagNo() <= last || tagged.getTagNo() >= COMPONENT_STATUS) {
        throw new IOException("expected optional fields of a component from 0 to 6, ascending");
      }
      last = tagged.getTagNo();
      if (last == COMPONENT_SERIAL) {
        serial = CertificateText.read(ASN1UTF8String.getInstance(tagged, false), 0);
      } else if (last == COMPONENT_REVISION) {
        revision = CertificateText.read(ASN1UTF8String.getInstance(tagged, false), 0);
      }
    }
    return new Component(
        withClass ? componentClass(ASN1Sequence.getInstance(fields.getObjectAt(0))) : null,
        CertificateText.read(fields.getObjectAt(first), 0),
        CertificateText.read(fields.getObjectAt(first + 1), 0),
        serial,
        revision);
  }

  /** The registry's identifier and the class in it, in hexadecimal. */
  private static String componentClass(ASN1Sequence componentClass) throws IOException {
    if (componentClass.size() != 2
        || !(componentClass.getObjectAt(0) instanceof ASN1ObjectIdentifier registry)
        || !(componentClass.getObjectAt(1) instanceof ASN1OctetString value)
        || value.getOctetsLength() != CLASS_BYTES) {
      throw new IOException("expected a component class: a registry and four bytes");
    }
    return registry.getId() + ":" + HexFormat.of().formatHex(value.getOctets());
  }

  private static ASN1ObjectIdentifier oid(String below) {
    return new ASN1ObjectIdentifier(TCG + below);
  }
}
