// Whether an address is one of this site's host. Scripts send nobody elsewhere and load nothing from there.
export function isOwn(address) {
  try { return new URL(address, location.href).origin === location.origin; } catch { return false; }
}

// The reader's choices, kept on this device where the browser allows it.
export function remembered(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

export function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch { /* The choice then lasts as long as the page. */ }
}
