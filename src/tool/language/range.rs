//! Between which numbers a value lies, so that a division by zero is found before a reader meets
//! it.
//!
//! Interval arithmetic: what comes out holds every value that can occur, and perhaps more, since it
//! does not see that two values hang together. It is therefore a doubt that is told, never an
//! error.

/// The numbers from `low` to `high`; an end may be infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NumberRange {
    pub low: f64,
    pub high: f64,
    /// 0 lies between the ends and is known not to occur.
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

    /// The product or quotient of two numbers that may not be 0 is no 0 either.
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
        // An end that is infinite and one that is 0 give 0: the infinite one is never reached.
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

    /// What lies in either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self::new(self.low.min(other.low), self.high.max(other.high))
            .unless_zero(!self.may_be_zero() && !other.may_be_zero())
    }

    /// What lies in both, as far as they meet.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let met = Self::new(self.low.max(other.low), self.high.min(other.high));
        if met.low > met.high {
            self
        } else {
            met.unless_zero(self.without_zero || other.without_zero)
        }
    }

    /// What a function that never falls makes of it.
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
