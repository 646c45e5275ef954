/** A channel as every page shows it: its name, its icon, its one colour. */
import {
  type Icon,
  IconBell,
  IconBrandInstagram,
  IconBrandMessenger,
  IconBrandTelegram,
  IconBrandWhatsapp,
  IconDeviceMobile,
  IconMail,
  IconMessageCircle,
  IconMessages,
  IconPhoneCall,
  IconWebhook,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import styles from "./channels.module.css";

const LOOKS: Record<string, { icon: Icon; colour: string }> = {
  email: { icon: IconMail, colour: "email" },
  sms: { icon: IconMessageCircle, colour: "sms" },
  viber: { icon: IconPhoneCall, colour: "viber" },
  viber_business: { icon: IconPhoneCall, colour: "viber" },
  telegram: { icon: IconBrandTelegram, colour: "telegram" },
  whatsapp: { icon: IconBrandWhatsapp, colour: "whatsapp" },
  messenger: { icon: IconBrandMessenger, colour: "messenger" },
  instagram: { icon: IconBrandInstagram, colour: "instagram" },
  web_push: { icon: IconBell, colour: "webpush" },
  mobile_push: { icon: IconDeviceMobile, colour: "push" },
  web_chat: { icon: IconMessages, colour: "webchat" },
  webhook: { icon: IconWebhook, colour: "webhook" },
};

/** Every channel by its name in the API. */
export const CHANNELS: readonly string[] = Object.keys(LOOKS);

/** The channel of an account: telegram of telegram/promo. */
export const kindOf = (name: string) => name.split("/")[0] ?? name;

/** A channel's colour as a CSS value, for charts and icons. */
export function channelColour(name: string): string {
  const look = LOOKS[kindOf(name)];
  return look ? `var(--channel-${look.colour})` : "var(--calm)";
}

/** How a channel, or one of its accounts, is called: "Telegram · promo". */
export function useChannelName(): (name: string) => string {
  const { t } = useTranslation("kit");
  return (name) => {
    const [kind = "", account] = name.split("/");
    const called = kind in LOOKS ? t(`channel.${kind}`) : kind;
    return account ? `${called} · ${account}` : called;
  };
}

export function ChannelIcon({ name, size = 16 }: { name: string; size?: number }) {
  const Look = LOOKS[kindOf(name)]?.icon ?? IconMessages;
  return <Look size={size} stroke={1.7} aria-hidden color={channelColour(name)} />;
}

/** A channel's icon with its name beside it. */
export function Channel({ name }: { name: string }) {
  return (
    <span className={styles.channel}>
      <ChannelIcon name={name} />
      {useChannelName()(name)}
    </span>
  );
}
