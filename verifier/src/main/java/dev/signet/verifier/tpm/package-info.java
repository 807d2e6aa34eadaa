/** TPM 2.0 structures and digests that the verifier needs: strict, bounded, without a TPM. */
package dev.signet.verifier.tpm;
