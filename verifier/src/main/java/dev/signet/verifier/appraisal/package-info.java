/**
 * Is it acceptable? Pure functions from authentic evidence and an operator's registration to a
 * result. Knows no signature: it takes only what {@code verification} proved.
 */
package dev.signet.verifier.appraisal;
