//! Compiled formulas: a sequence of op codes, some with an operand, that work on numbered slots.
//!
//! An op takes its arguments from a stack, with the last argument on top, and pushes its result.
//! The numbers are those of `static/js/tool/machine.js`, and their meaning never changes.

use serde::{Deserialize, Serialize};

macro_rules! ops {
    ($($variant:ident = $number:literal, $has_operand:literal;)*) => {
        /// An operation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Op { $($variant = $number,)* }

        impl Op {
            pub const ALL: &[Op] = &[$(Op::$variant),*];

            /// Returns whether an operand follows the op in the code.
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
    // Pushes a constant, or the value of a slot.
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

/// The number that is added to the decimals of [`Op::Round`], so that no operand is negative.
pub const DECIMALS_SHIFT: u32 = 20;

/// Op codes and operands.
pub type Bytecode = Vec<u32>;

/// A value of a formula. A date is the number of days since 1970-01-01.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FormulaValue {
    Number(f64),
    Text(String),
    Boolean(bool),
    /// Several options, in the order of the declaration.
    Choices(Vec<String>),
}

/// A table of numbers that formulas look up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FigureTable {
    Rows(Vec<(String, f64)>),
    /// The upper ends, ascending, each with its rate; the last may be infinite.
    Brackets(Vec<(f64, f64)>),
}

/// All formulas of a tool, in the order in which they run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Program {
    /// The literal numbers and texts of the formulas.
    pub constants: Vec<FormulaValue>,
    pub tables: Vec<FigureTable>,
    /// The number of slots for inputs. The value of `formulas[i]` is stored in the slot with this
    /// number plus `i`.
    pub inputs: usize,
    pub formulas: Vec<Bytecode>,
}
