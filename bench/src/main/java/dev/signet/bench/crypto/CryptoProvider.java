// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.bench.crypto;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import dev.signet.requestsignatures.SignatureProviders;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** The providers that are compared. */
public enum CryptoProvider {
  ACCP("Amazon Corretto Crypto Provider"),
  BOUNCY_CASTLE("Bouncy Castle"),
  JDK("JDK");

  private final String title;

  CryptoProvider(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /** The provider behind the interface that Signet uses: what is measured is what runs. */
  public SignatureProviders providers() {
    return switch (this) {
      case ACCP -> SignatureProviders.of(AmazonCorrettoCryptoProvider.INSTANCE);
      case BOUNCY_CASTLE -> SignatureProviders.of(new BouncyCastleProvider());
      case JDK -> SignatureProviders.ofJdk();
    };
  }
}
