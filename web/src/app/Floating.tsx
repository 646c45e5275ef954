/** What floats over the pages: notices, the command palette, a line that is down. */
import { Notifications } from "@mantine/notifications";
import { spotlight } from "@mantine/spotlight";
import { LineDown } from "./LineDown";
import { News } from "./News";
import { Palette } from "./Palette";
import "./floating.css";

export const openPalette = spotlight.open;

export default function Floating() {
  return (
    <>
      <Notifications position="bottom-right" limit={4} autoClose={5000} />
      <News />
      <Palette />
      <LineDown />
    </>
  );
}
