// Runs compiled formulas in the same way as src/tool/language/machine.rs. The op numbers are those of code.rs in that folder.
import { fv, max, min, npv, pmt, pow, pv, round } from "./numbers.js";

// The ops that are followed by an operand.
const WITH_OPERAND = new Set([0, 1, 19, 20, 21, 22, 23, 32, 33, 34, 35, 36]);

// The values of all slots: first the inputs, then the result of each formula.
export function run({ constants, tables, formulas }, inputs) {
  const slots = [...inputs];
  for (const formula of formulas) slots.push(evaluate(formula, constants, tables, slots));
  return slots;
}

function evaluate(code, constants, tables, slots) {
  const stack = [];
  for (let at = 0; at < code.length; at++) {
    const op = code[at];
    const operand = WITH_OPERAND.has(op) ? code[++at] : 0;
    const take = (count) => stack.splice(stack.length - count);
    switch (op) {
      case 0: stack.push(constants[operand]); break;
      case 1: stack.push(slots[operand]); break;
      case 18: { const [isTrue, a, b] = take(3); stack.push(isTrue ? a : b); break; }
      case 19: stack.push(take(operand).reduce(min)); break;
      case 20: stack.push(take(operand).reduce(max)); break;
      case 21: stack.push(take(operand).reduce(plus)); break;
      case 22: stack.push(take(operand).reduce(plus) / operand); break;
      case 23: stack.push(round(stack.pop(), operand - 20)); break;
      case 27: { const [x, low, high] = take(3); stack.push(min(max(x, low), high)); break; }
      case 29: stack.push(pmt(...take(3))); break;
      case 30: stack.push(fv(...take(4))); break;
      case 31: stack.push(pv(...take(3))); break;
      case 32: { const [rate, ...payments] = take(operand); stack.push(npv(rate, payments)); break; }
      case 33: case 34: case 35: case 36: stack.push(lookUp(op, tables[operand], stack.pop())); break;
      default: stack.push(op in ONE ? ONE[op](stack.pop()) : TWO[op](...take(2)));
    }
  }
  return stack.pop();
}

const plus = (a, b) => a + b;

const ONE = {
  8: (a) => -a,
  17: (a) => !a,
  24: Math.floor,
  25: Math.ceil,
  26: Math.abs,
  28: Math.sqrt,
  38: (chosen) => chosen.length,
};

const TWO = {
  2: plus,
  3: (a, b) => a - b,
  4: (a, b) => a * b,
  5: (a, b) => a / b,
  6: (a, b) => a % b,
  7: pow,
  9: (a, b) => a === b,
  10: (a, b) => a !== b,
  11: (a, b) => a < b,
  12: (a, b) => a <= b,
  13: (a, b) => a > b,
  14: (a, b) => a >= b,
  15: (a, b) => a && b,
  16: (a, b) => a || b,
  37: (chosen, option) => chosen.includes(option),
};

// Rows are [key, number]. Brackets are [upper end, rate]; the last upper end may be null.
function lookUp(op, table, x) {
  if (op === 33) return table.find(([key]) => key === x)?.[1] ?? NaN;
  if (op === 36) return table.reduce((total, [key, value]) => x.includes(key) ? total + value : total, 0);
  if (op === 34) return table.find(([end]) => x <= (end ?? Infinity))?.[1] ?? NaN;
  let total = x * 0, from = 0;
  for (const [end, rate] of table) {
    if (x > from) total += (min(x, end ?? Infinity) - from) * rate;
    from = end ?? Infinity;
  }
  return total;
}
