//! Arithmetic that gives the same bits here and in the browser.
//!
//! Only `+ - * /`, comparisons, `floor`, `ceil`, `abs` and `sqrt` are taken from the platform,
//! because IEEE 754 defines their last bit. Powers and logarithms differ between libraries, so they
//! are implemented both here and in `static/js/tool/numbers.js`, operation by operation. If you
//! change one, change the other; `tests/browser/tool.test.mjs` compares them. See DECISIONS:
//! "Powers are computed from basic operations, in both languages".

/// ln 2 as a sum of two numbers. The first has so few bits that its product with an exponent is
/// exact.
const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;

const TWO_TO_52: f64 = 4_503_599_627_370_496.0;
const TWO_TO_54: f64 = 18_014_398_509_481_984.0;

/// The largest exponent that is computed by multiplication.
const MULTIPLIED_MAX: f64 = 1024.0;

/// Returns 2^1, 2^2, 2^4 … 2^512.
fn doublings() -> [f64; 10] {
    let mut powers = [2.0; 10];
    for index in 1..10 {
        powers[index] = powers[index - 1] * powers[index - 1];
    }
    powers
}

/// Returns 2 to a whole power between -1000 and 1000.
fn two_to(exponent: f64) -> f64 {
    let mut rest = exponent.abs();
    let (mut power, mut doubling) = (1.0, 2.0);
    while rest > 0.0 {
        if rest % 2.0 == 1.0 {
            power *= doubling;
        }
        rest = (rest / 2.0).floor();
        doubling *= doubling;
    }
    if exponent < 0.0 { 1.0 / power } else { power }
}

/// Returns the natural logarithm of a number above 0.
pub fn ln(x: f64) -> f64 {
    let (mut mantissa, mut exponent) = (x, 0.0);
    if mantissa < 1e-300 {
        mantissa *= TWO_TO_54;
        exponent -= 54.0;
    }
    let powers = doublings();
    for index in (0..10).rev() {
        let step = two_to(f64::from(u8::try_from(index).unwrap_or(0)));
        if mantissa >= powers[index] {
            mantissa /= powers[index];
            exponent += step;
        }
        if mantissa < 2.0 / powers[index] {
            mantissa *= powers[index];
            exponent -= step;
        }
    }
    if mantissa > std::f64::consts::SQRT_2 {
        mantissa /= 2.0;
        exponent += 1.0;
    }
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    let mut series = 0.0;
    let mut odd = 25.0;
    while odd > 0.0 {
        series = series * square + 1.0 / odd;
        odd -= 2.0;
    }
    exponent * LN2_HIGH + (exponent * LN2_LOW + 2.0 * ratio * series)
}

/// Returns e to the power of a number.
pub fn exp(x: f64) -> f64 {
    if x > 710.0 {
        return f64::INFINITY;
    }
    if x < -746.0 {
        return 0.0;
    }
    let exponent = (x / (LN2_HIGH + LN2_LOW) + 0.5).floor();
    let rest = (x - exponent * LN2_HIGH) - exponent * LN2_LOW;
    let mut series = 1.0;
    let mut term = 16.0;
    while term > 0.0 {
        series = 1.0 + series * rest / term;
        term -= 1.0;
    }
    let half = (exponent / 2.0).floor();
    series * two_to(half) * two_to(exponent - half)
}

/// Returns a number to a whole power from 0 to [`MULTIPLIED_MAX`].
fn multiplied(base: f64, exponent: f64) -> f64 {
    let (mut rest, mut square, mut product) = (exponent, base, 1.0);
    while rest > 0.0 {
        if rest % 2.0 == 1.0 {
            product *= square;
        }
        rest = (rest / 2.0).floor();
        square *= square;
    }
    product
}

fn whole_power(base: f64, exponent: f64) -> f64 {
    if exponent < 0.0 {
        1.0 / multiplied(base, -exponent)
    } else {
        multiplied(base, exponent)
    }
}

/// Returns `base ^ exponent`. Whole exponents are computed by multiplication, fractional ones with
/// the logarithm.
pub fn pow(base: f64, exponent: f64) -> f64 {
    if base.is_nan() || exponent.is_nan() {
        return f64::NAN;
    }
    if exponent == 0.0 {
        return 1.0;
    }
    let is_whole = exponent.floor() == exponent;
    let is_small = exponent.abs() <= MULTIPLIED_MAX;
    if is_whole && is_small {
        return whole_power(base, exponent);
    }
    if base < 0.0 && !is_whole {
        return f64::NAN;
    }
    let size = base.abs();
    // Whole numbers beyond 2^53 are even.
    let sign = if base < 0.0 && exponent % 2.0 != 0.0 {
        -1.0
    } else {
        1.0
    };
    if size == 1.0 {
        return sign;
    }
    if size == 0.0 || size == f64::INFINITY || exponent.abs() == f64::INFINITY {
        return if (size > 1.0) == (exponent > 0.0) {
            sign * f64::INFINITY
        } else {
            sign * 0.0
        };
    }
    if !is_small {
        return sign * exp(exponent * ln(size));
    }
    let whole = exponent.trunc();
    sign * whole_power(size, whole) * exp((exponent - whole) * ln(size))
}

/// Rounds to this many decimals (negative: to tens, hundreds …), half away from zero. A number that
/// is half of the last bit below a half counts as a half: 2.675 has no exact binary form, but means
/// 2.68.
pub fn round(x: f64, decimals: f64) -> f64 {
    let size = x.abs();
    let power = multiplied(10.0, decimals.abs());
    let scaled = if decimals < 0.0 {
        size / power
    } else {
        size * power
    };
    if scaled.is_nan() || scaled >= TWO_TO_52 {
        return x;
    }
    let nudged = scaled + scaled / TWO_TO_52;
    let mut whole = nudged.floor();
    if nudged - whole >= 0.5 {
        whole += 1.0;
    }
    let rounded = if decimals < 0.0 {
        whole * power
    } else {
        whole / power
    };
    if x < 0.0 { -rounded } else { rounded }
}

/// Returns the smaller number, or NaN if either is NaN.
pub fn min(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if b < a {
        b
    } else {
        a
    }
}

/// Returns the larger number, or NaN if either is NaN.
pub fn max(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if b > a {
        b
    } else {
        a
    }
}

/// Returns the payment that repays `amount` in `periods` equal parts, the first after one period.
pub fn pmt(rate: f64, periods: f64, amount: f64) -> f64 {
    if rate == 0.0 {
        amount / periods
    } else {
        amount * rate / (1.0 - pow(1.0 + rate, -periods))
    }
}

/// Returns the future value of `present` and of a `payment` at the end of each period.
pub fn fv(rate: f64, periods: f64, payment: f64, present: f64) -> f64 {
    if rate == 0.0 {
        return present + payment * periods;
    }
    let growth = pow(1.0 + rate, periods);
    present * growth + payment * (growth - 1.0) / rate
}

/// Returns the present value of a `payment` at the end of each period.
pub fn pv(rate: f64, periods: f64, payment: f64) -> f64 {
    if rate == 0.0 {
        payment * periods
    } else {
        payment * (1.0 - pow(1.0 + rate, -periods)) / rate
    }
}

/// Returns the present value of payments, the first after one period.
pub fn npv(rate: f64, payments: &[f64]) -> f64 {
    let (mut discount, mut total) = (1.0, 0.0);
    for payment in payments {
        discount /= 1.0 + rate;
        total += payment * discount;
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differs_by(found: f64, wanted: f64) -> f64 {
        if found == wanted {
            0.0
        } else {
            ((found - wanted) / wanted).abs()
        }
    }

    #[test]
    fn powers_are_nearly_exact() {
        for base in [
            0.5, 0.9, 1.0001, 1.05, 2.0, 3.7, 10.0, 12345.678, 1e-5, 1e200, 5e-324,
        ] {
            for exponent in [0.5, -0.5, 1.0 / 12.0, 2.5, 7.0, -3.0, 12.25, 0.001, 1.5] {
                let wanted = f64::powf(base, exponent);
                if wanted.is_normal() {
                    // The error of a logarithm grows with its size.
                    let allowed = 4e-15f64.max(2.0 * f64::EPSILON * base.ln().abs());
                    assert!(
                        differs_by(pow(base, exponent), wanted) < allowed,
                        "{base} ^ {exponent}: {} {wanted}",
                        pow(base, exponent)
                    );
                }
            }
            assert!(
                differs_by(ln(base), base.ln()) < 1e-15,
                "ln {base}: {} {}",
                ln(base),
                base.ln()
            );
        }
        for x in [-745.0, -10.0, -0.3, 0.0, 1e-9, 0.5, 1.0, 20.0, 709.0] {
            assert!(differs_by(exp(x), x.exp()) < 1e-15 || x < -700.0, "exp {x}");
        }
        assert_eq!(
            (
                pow(2.0, 10.0),
                pow(-2.0, 3.0),
                pow(-2.0, 0.5).is_nan(),
                pow(0.0, -1.0)
            ),
            (1024.0, -8.0, true, f64::INFINITY)
        );
    }

    #[test]
    fn halves_go_away_from_zero() {
        for (x, decimals, wanted) in [
            (2.675, 2.0, 2.68),
            (-2.5, 0.0, -3.0),
            (1.005, 2.0, 1.01),
            (49.225, 1.0, 49.2),
            (1250.0, -2.0, 1300.0),
            (1e300, 2.0, 1e300),
            (0.1 + 0.2, 2.0, 0.3),
        ] {
            assert_eq!(round(x, decimals), wanted, "{x}");
        }
    }
}
