// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.egress;

import dev.signet.protocol.SignatureProfile;
import dev.signet.requestsignatures.ContentDigest;
import dev.signet.requestsignatures.CoveredComponent;
import dev.signet.requestsignatures.MessageSignatures;
import dev.signet.requestsignatures.RequestView;
import dev.signet.requestsignatures.SignatureSelection;
import dev.signet.requestsignatures.SignatureVerification;
import dev.signet.requestsignatures.VerificationKey;
import dev.signet.requestsignatures.structuredfields.StructuredFieldException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A request as it arrived at a test's upstream, checked like a service would check it. */
public record ReceivedRequest(
    String method,
    String scheme,
    String path,
    Optional<String> query,
    Map<String, List<String>> fields,
    byte[] body)
    implements RequestView {

  @Override
  public String authority() {
    return fieldValues("host").getFirst();
  }

  @Override
  public List<String> fieldValues(String lowerCaseName) {
    return fields.getOrDefault(lowerCaseName, List.of());
  }

  /** Everything that is wrong with the signature; empty if it is good and covers the profile. */
  public List<String> faults(VerificationKey key) {
    List<String> faults = new ArrayList<>();
    if (!(MessageSignatures.withTag(this, SignatureProfile.TAG)
        instanceof SignatureSelection.Selected(var signature))) {
      return List.of("no signature: " + MessageSignatures.withTag(this, SignatureProfile.TAG));
    }
    if (!(signature.verify(this, key) instanceof SignatureVerification.Verified)) {
      faults.add("" + signature.verify(this, key));
    }
    List<String> covered = signature.components().stream().map(CoveredComponent::name).toList();
    for (String name : SignatureProfile.ALWAYS) {
      if (!covered.contains(name)) {
        faults.add("not covered: " + name);
      }
    }
    for (String name : SignatureProfile.WHEN_PRESENT) {
      if (!fieldValues(name).isEmpty() && !covered.contains(name)) {
        faults.add("not covered: " + name);
      }
    }
    if (!signature.parameters().keyid().orElse("").equals(key.thumbprint())) {
      faults.add("keyid: " + signature.parameters().keyid());
    }
    if (signature.parameters().nonce().orElse("").length() < 22) {
      faults.add("nonce: " + signature.parameters().nonce());
    }
    if (!fieldValues("workload-identity-token").equals(List.of(TestKey.TOKEN))) {
      faults.add("token: " + fieldValues("workload-identity-token"));
    }
    if (body.length > 0) {
      try {
        if (!ContentDigest.parse(fieldValues("content-digest")).matches(body)) {
          faults.add("content-digest does not match");
        }
      } catch (StructuredFieldException e) {
        faults.add("content-digest: " + e.getMessage());
      }
    }
    return faults;
  }

  public String nonce() {
    return MessageSignatures.withTag(this, SignatureProfile.TAG)
            instanceof SignatureSelection.Selected(var signature)
        ? signature.parameters().nonce().orElse("")
        : "";
  }
}
