// Arithmetic that gives exactly the same bits as the build (src/tool/language/numbers.rs). It uses only + - * / %, comparisons,
// floor, abs and sqrt of the machine, because IEEE 754 defines their last bit.
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const TWO_TO_52 = 4503599627370496;
const DOUBLINGS = [2];
for (let index = 1; index < 10; index++) DOUBLINGS.push(DOUBLINGS[index - 1] * DOUBLINGS[index - 1]);

// A number to a whole power that is not negative.
function multiplied(base, exponent) {
  let rest = exponent, square = base, product = 1;
  while (rest > 0) {
    if (rest % 2 === 1) product *= square;
    rest = Math.floor(rest / 2);
    square *= square;
  }
  return product;
}

const wholePower = (base, exponent) => exponent < 0 ? 1 / multiplied(base, -exponent) : multiplied(base, exponent);
const twoTo = (exponent) => wholePower(2, exponent);

export function ln(x) {
  let mantissa = x, exponent = 0;
  if (mantissa < 1e-300) {
    mantissa *= 18014398509481984;
    exponent -= 54;
  }
  for (let index = 9; index >= 0; index--) {
    const power = DOUBLINGS[index], step = twoTo(index);
    if (mantissa >= power) { mantissa /= power; exponent += step; }
    if (mantissa < 2 / power) { mantissa *= power; exponent -= step; }
  }
  if (mantissa > 1.4142135623730951) { mantissa /= 2; exponent += 1; }
  const ratio = (mantissa - 1) / (mantissa + 1), square = ratio * ratio;
  let series = 0;
  for (let odd = 25; odd > 0; odd -= 2) series = series * square + 1 / odd;
  return exponent * LN2_HIGH + (exponent * LN2_LOW + 2 * ratio * series);
}

export function exp(x) {
  if (x > 710) return Infinity;
  if (x < -746) return 0;
  const exponent = Math.floor(x / (LN2_HIGH + LN2_LOW) + 0.5);
  const rest = (x - exponent * LN2_HIGH) - exponent * LN2_LOW;
  let series = 1;
  for (let term = 16; term > 0; term--) series = 1 + series * rest / term;
  const half = Math.floor(exponent / 2);
  return series * twoTo(half) * twoTo(exponent - half);
}

export function pow(base, exponent) {
  if (base !== base || exponent !== exponent) return NaN;
  if (exponent === 0) return 1;
  const isWhole = Math.floor(exponent) === exponent, isSmall = Math.abs(exponent) <= 1024;
  if (isWhole && isSmall) return wholePower(base, exponent);
  if (base < 0 && !isWhole) return NaN;
  const size = Math.abs(base), sign = base < 0 && exponent % 2 !== 0 ? -1 : 1;
  if (size === 1) return sign;
  if (size === 0 || size === Infinity || Math.abs(exponent) === Infinity) return size > 1 === exponent > 0 ? sign * Infinity : sign * 0;
  if (!isSmall) return sign * exp(exponent * ln(size));
  const whole = Math.trunc(exponent);
  return sign * wholePower(size, whole) * exp((exponent - whole) * ln(size));
}

// Rounds half away from zero. A value that is half a last bit below a half counts as a half.
export function round(x, decimals) {
  const size = Math.abs(x), power = multiplied(10, Math.abs(decimals));
  const scaled = decimals < 0 ? size / power : size * power;
  if (!(scaled < TWO_TO_52)) return x;
  const nudged = scaled + scaled / TWO_TO_52;
  let whole = Math.floor(nudged);
  if (nudged - whole >= 0.5) whole += 1;
  const rounded = decimals < 0 ? whole * power : whole / power;
  return x < 0 ? -rounded : rounded;
}

export const min = (a, b) => a !== a || b !== b ? NaN : b < a ? b : a;
export const max = (a, b) => a !== a || b !== b ? NaN : b > a ? b : a;

export const pmt = (rate, periods, amount) => rate === 0 ? amount / periods : amount * rate / (1 - pow(1 + rate, -periods));
export function fv(rate, periods, payment, present) {
  if (rate === 0) return present + payment * periods;
  const growth = pow(1 + rate, periods);
  return present * growth + payment * (growth - 1) / rate;
}
export const pv = (rate, periods, payment) => rate === 0 ? payment * periods : payment * (1 - pow(1 + rate, -periods)) / rate;
export function npv(rate, payments) {
  let discount = 1, total = 0;
  for (const payment of payments) {
    discount /= 1 + rate;
    total += payment * discount;
  }
  return total;
}
