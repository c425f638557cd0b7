//! Calls that look something up in a table.

use super::{Compiler, Measure, TypedPart, ValueType};
use crate::diagnostic::nearest;
use crate::tool::language::FormulaFault;
use crate::tool::language::code::Op;
use crate::tool::language::parser::{Expr, ExprNode};
use crate::tool::language::range::NumberRange;
use crate::tool::language::units::Unit;

impl Compiler<'_> {
    pub(super) fn call_table(&mut self, name: &str, arguments: &[Expr]) -> Option<TypedPart> {
        let number = self.table(name, &arguments[0])?;
        let table = &self.scope.tables[number];
        let of = ValueType::Number(table.unit.clone().map_or(Measure::Any, Measure::Of));
        let (wants_rows, span) = (
            name == "total" || (name == "lookup" && table.keys.is_some()),
            table.span,
        );
        if table.keys.is_some() != wants_rows {
            let (has, needs) = if wants_rows {
                ("brackets", "rows")
            } else {
                ("rows", "brackets")
            };
            let fault = FormulaFault::new(
                arguments[0].range.clone(),
                format!(
                    "`{}` is a table of {has}; `{name}` needs one of {needs}",
                    table.name
                ),
            );
            return self.fault(
                fault.help("write a table of rows as `{ key: number, … }`, and one of brackets as `[{ up_to: 10000, rate: 0.1 }, { rate: 0.2 }]`"),
            );
        }
        match name {
            "total" => {
                let options = self.choices(&arguments[1])?;
                self.rows_for(number, &options, &arguments[1])?;
                self.emit_with(Op::Total, number);
                #[expect(clippy::cast_precision_loss, reason = "there are few options")]
                let many = NumberRange::new(0.0, options.len() as f64);
                Some(TypedPart {
                    of,
                    span: span.times(many),
                })
            }
            "lookup" if wants_rows => {
                self.key(number, &arguments[1])?;
                self.emit_with(Op::Lookup, number);
                Some(TypedPart { of, span })
            }
            _ => {
                let (measure, x) = self.number(&arguments[1])?;
                if name == "lookup" {
                    self.emit_with(Op::Rate, number);
                    return Some(TypedPart { of, span });
                }
                self.emit_with(Op::Bracket, number);
                let of = if measure.is_any() {
                    Measure::Of(Unit::plain())
                } else {
                    measure
                };
                Some(TypedPart {
                    of: ValueType::Number(of),
                    span: span.times(NumberRange::new(0.0, x.high.max(0.0))),
                })
            }
        }
    }

    pub(super) fn table(&mut self, function: &str, expr: &Expr) -> Option<usize> {
        let tables = &self.scope.tables;
        if let ExprNode::Name(name) = &expr.node {
            if let Some(number) = tables.iter().position(|table| table.name == *name) {
                tables[number].is_used.set(true);
                return Some(number);
            }
            if self.scope.broken.contains(name) {
                return None;
            }
        }
        let names = || tables.iter().map(|table| table.name.as_str());
        let near = self
            .text
            .get(expr.range.clone())
            .and_then(|written| nearest(written, names()));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if tables.is_empty() => "define it under `tables`".to_owned(),
            None => format!(
                "the tables are {}",
                names()
                    .map(|name| format!("`{name}`"))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        };
        let message = format!(
            "the first argument of `{function}` must be a table, found {}",
            self.quote(&expr.range)
        );
        self.faults
            .push(FormulaFault::new(expr.range.clone(), message).help(help));
        None
    }

    pub(super) fn key(&mut self, table: usize, expr: &Expr) -> Option<()> {
        let part = self.part(expr)?;
        match &part.of {
            ValueType::Text(Some(options)) => self.rows_for(table, options, expr),
            ValueType::Choices(_) => {
                let fault = FormulaFault::new(
                    expr.range.clone(),
                    "`lookup` takes a single choice, but this can be several",
                );
                self.fault(fault.help(format!(
                    "write `total({}, …)` for the sum of all choices",
                    self.scope.tables[table].name
                )))
                .map(|_| ())
            }
            ValueType::Text(None) => {
                let fault = FormulaFault::new(
                    expr.range.clone(),
                    "a text that readers enter may not be in the table",
                );
                self.fault(fault.help("change the input to `type: choice`"))
                    .map(|_| ())
            }
            other => {
                let message = format!(
                    "{} is {other}, but the keys of `{}` are texts",
                    self.quote(&expr.range),
                    self.scope.tables[table].name
                );
                self.fault(
                    FormulaFault::new(expr.range.clone(), message).help("use a choice as the key"),
                )
                .map(|_| ())
            }
        }
    }

    /// Checks that every option has a row.
    pub(super) fn rows_for(&mut self, table: usize, options: &[String], expr: &Expr) -> Option<()> {
        let table = &self.scope.tables[table];
        let keys = table.keys.as_deref().unwrap_or_default();
        let Some(missing) = options.iter().find(|option| !keys.contains(option)) else {
            return Some(());
        };
        let near = nearest(
            missing,
            keys.iter()
                .map(String::as_str)
                .filter(|key| !options.iter().any(|option| option == key)),
        );
        let help = near.map_or_else(
            || format!("add `{missing}:` to the table"),
            |near| format!("add `{missing}:` to the table, or rename the row `{near}`"),
        );
        let fault = FormulaFault::new(
            expr.range.clone(),
            format!("the table `{}` has no row for `{missing}`", table.name),
        );
        self.fault(fault.help(help)).map(|_| ())
    }
}
