// Copyright The Signet Authors
// SPDX-License-Identifier: Apache-2.0
package dev.signet.launcher.workload;

import dev.signet.protocol.SpiffeBundle;
import dev.signet.protocol.SvidResult;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Where an agent's SVIDs come from: the verifier, asked by an attested launcher. Each method may
 * block, and throws {@link IOException} where nobody could be asked.
 */
public interface SvidSource {
  /**
   * Why nothing may be handed out any more, though what there is has not ended: the agent's
   * identity was refused. Never blocks.
   *
   * @return empty unless it was
   */
  Optional<Issued.Absence> lost();

  /**
   * A certificate.
   *
   * @param key made for it; whoever asks proves that it is there
   */
  Issued<SvidResult.X509> x509(SvidKey key) throws IOException, InterruptedException;

  /**
   * A bearer token.
   *
   * @param audience who may accept it; at least one, each once
   */
  Issued<SvidResult.Token> jwt(List<String> audience) throws IOException, InterruptedException;

  /**
   * A token that is bound to a key.
   *
   * @param key made for it
   */
  Issued<SvidResult.Token> wit(SvidKey key) throws IOException, InterruptedException;

  /** The keys by which the trust domain's SVIDs are checked. */
  Issued<SpiffeBundle> bundle() throws IOException, InterruptedException;
}
