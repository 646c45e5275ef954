/** The colours that one may choose, each with its picture. */
import { IconDeviceDesktop, IconMoon, IconSun } from "@tabler/icons-react";

export const SCHEMES = { light: IconSun, dark: IconMoon, auto: IconDeviceDesktop } as const;
export type Scheme = keyof typeof SCHEMES;
