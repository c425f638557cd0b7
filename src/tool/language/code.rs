//! Compiled formulas: op codes after each other, each with its operand where it has one, over
//! numbered slots.
//!
//! What an op takes stands on a stack, the last argument on top; what it gives is put there.
//! Numbers are those of `static/js/tool/machine.js` and never change their meaning.

use serde::{Deserialize, Serialize};

macro_rules! ops {
    ($($variant:ident = $number:literal, $has_operand:literal;)*) => {
        /// One operation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Op { $($variant = $number,)* }

        impl Op {
            pub const ALL: &[Op] = &[$(Op::$variant),*];

            /// Whether a number follows it in the code.
            pub fn has_operand(self) -> bool {
                match self { $(Op::$variant => $has_operand,)* }
            }

            pub fn from_number(number: u32) -> Option<Op> {
                match number { $($number => Some(Op::$variant),)* _ => None }
            }
        }
    };
}

ops! {
    // Puts a constant, or the value of a slot.
    Constant = 0, true;
    Load = 1, true;
    Add = 2, false;
    Subtract = 3, false;
    Multiply = 4, false;
    Divide = 5, false;
    Remainder = 6, false;
    Power = 7, false;
    Negate = 8, false;
    Equal = 9, false;
    Unequal = 10, false;
    Less = 11, false;
    LessOrEqual = 12, false;
    More = 13, false;
    MoreOrEqual = 14, false;
    And = 15, false;
    Or = 16, false;
    Not = 17, false;
    If = 18, false;
    // The operand is the number of arguments.
    Min = 19, true;
    Max = 20, true;
    Sum = 21, true;
    Average = 22, true;
    // The operand is the number of decimals plus 20.
    Round = 23, true;
    Floor = 24, false;
    Ceil = 25, false;
    Absolute = 26, false;
    Clamp = 27, false;
    Root = 28, false;
    Payment = 29, false;
    FutureValue = 30, false;
    PresentValue = 31, false;
    NetPresentValue = 32, true;
    // The operand is the table.
    Lookup = 33, true;
    Rate = 34, true;
    Bracket = 35, true;
    Total = 36, true;
    Has = 37, false;
    Count = 38, false;
}

/// What is added to the decimals of [`Op::Round`], so that no operand is negative.
pub const DECIMALS_SHIFT: u32 = 20;

/// Op codes and operands.
pub type Code = Vec<u32>;

/// A value while a formula runs. A date is the number of days since 1970-01-01.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FormulaValue {
    Number(f64),
    Text(String),
    Boolean(bool),
    /// Several options, in the order in which they are offered.
    Choices(Vec<String>),
}

/// Figures that formulas look up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FigureTable {
    Rows(Vec<(String, f64)>),
    /// Upper ends, ascending, each with its rate; the last may be infinite.
    Brackets(Vec<(f64, f64)>),
}

/// All formulas of a tool, in the order in which they run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Program {
    /// Numbers and texts that formulas hold.
    pub constants: Vec<FormulaValue>,
    pub tables: Vec<FigureTable>,
    /// How many slots hold inputs; the value of `formulas[i]` goes into the slot after them.
    pub inputs: usize,
    pub formulas: Vec<Code>,
}
