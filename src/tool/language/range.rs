//! The range of numbers that a value can have, to find divisions by zero before a reader does.
//!
//! This is interval arithmetic: the result contains every possible value and perhaps more, because
//! it does not consider how values depend on each other. A possible division by zero is therefore
//! reported as a warning, not as an error.

/// The numbers from `low` to `high`; either end may be infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NumberRange {
    pub low: f64,
    pub high: f64,
    /// Whether 0, although it is between the ends, is known not to occur.
    pub without_zero: bool,
}

impl NumberRange {
    pub const ALL: NumberRange = NumberRange {
        low: f64::NEG_INFINITY,
        high: f64::INFINITY,
        without_zero: false,
    };

    pub fn new(low: f64, high: f64) -> Self {
        if low.is_nan() || high.is_nan() {
            Self::ALL
        } else {
            Self {
                low,
                high,
                without_zero: false,
            }
        }
    }

    pub fn exactly(number: f64) -> Self {
        Self::new(number, number)
    }

    pub fn may_be_zero(self) -> bool {
        self.low <= 0.0 && self.high >= 0.0 && !self.without_zero
    }

    /// Excludes 0 from the product or quotient of two numbers that cannot be 0.
    fn unless_zero(self, without_zero: bool) -> Self {
        Self {
            without_zero,
            ..self
        }
    }

    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self::new(self.low + other.low, self.high + other.high)
    }

    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        self.plus(other.negated())
    }

    #[must_use]
    pub fn negated(self) -> Self {
        Self {
            low: -self.high,
            high: -self.low,
            ..self
        }
    }

    #[must_use]
    pub fn times(self, other: Self) -> Self {
        // The product of an infinite end and an end of 0 is 0, because the infinite end is never
        // reached.
        let product = |a: f64, b: f64| if a == 0.0 || b == 0.0 { 0.0 } else { a * b };
        let corners = [
            product(self.low, other.low),
            product(self.low, other.high),
            product(self.high, other.low),
            product(self.high, other.high),
        ];
        Self::around(corners).unless_zero(!self.may_be_zero() && !other.may_be_zero())
    }

    #[must_use]
    pub fn over(self, other: Self) -> Self {
        let is_one_sided = other.low > 0.0 || other.high < 0.0;
        let quotient = if is_one_sided {
            self.times(Self::new(1.0 / other.high, 1.0 / other.low))
        } else {
            Self::ALL
        };
        quotient.unless_zero(!self.may_be_zero())
    }

    /// Returns the smallest range that contains both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::new(self.low.min(other.low), self.high.max(other.high))
            .unless_zero(!self.may_be_zero() && !other.may_be_zero())
    }

    /// Returns the intersection, or this range if they do not overlap.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let met = Self::new(self.low.max(other.low), self.high.min(other.high));
        if met.low > met.high {
            self
        } else {
            met.unless_zero(self.without_zero || other.without_zero)
        }
    }

    /// Applies a function that never decreases to both ends.
    #[must_use]
    pub fn map(self, function: impl Fn(f64) -> f64) -> Self {
        Self::new(function(self.low), function(self.high))
    }

    fn around(numbers: [f64; 4]) -> Self {
        let low = numbers.into_iter().fold(f64::INFINITY, f64::min);
        let high = numbers.into_iter().fold(f64::NEG_INFINITY, f64::max);
        if numbers.iter().any(|number| number.is_nan()) {
            Self::ALL
        } else {
            Self::new(low, high)
        }
    }
}
