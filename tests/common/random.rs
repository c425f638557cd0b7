//! How random tests choose their inputs. Usually the inputs are the same in every run, so that a
//! failure means that a change broke something. With `HANDSEL_LONG`, they are new each time, and
//! there are more of them. `HANDSEL_SEED` repeats a run whose seed was printed.

use std::hash::{BuildHasher, Hasher, RandomState};

use proptest::prelude::ProptestConfig;
use proptest::test_runner::RngSeed;

/// Whether the long form of the tests was requested.
pub fn is_long() -> bool {
    std::env::var_os("HANDSEL_LONG").is_some()
}

/// The seed of a random test, printed so that a failure can be repeated. `usual` is the seed of the
/// short form.
pub fn seed(usual: u64) -> u64 {
    let given = std::env::var("HANDSEL_SEED")
        .ok()
        .map(|seed| seed.parse().expect("HANDSEL_SEED is a number"));
    let new = || RandomState::new().build_hasher().finish() >> 32;
    let seed = given.unwrap_or_else(|| if is_long() { new() } else { usual });
    eprintln!(
        "{}: HANDSEL_SEED={seed}",
        std::thread::current().name().unwrap_or_default()
    );
    seed
}

/// A property that is tested with `usual` inputs, or with `long` inputs in the long form.
pub fn property(usual: u32, long: u32) -> ProptestConfig {
    let cases = if is_long() { long } else { usual };
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed(1)),
        ..ProptestConfig::default()
    }
}
