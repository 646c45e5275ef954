"""The words of the pages behind our links, in each language that we speak."""

from __future__ import annotations

from typing import Final

LANGUAGES: Final = ("en", "ru", "uk", "mn")
NAMES: Final = {"en": "English", "ru": "Русский", "uk": "Українська", "mn": "Монгол"}

WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "leave_title": "Unsubscribe",
        "leave_question": "Do you want to stop getting “{topic}” by {channel}?",
        "leave_button": "Yes, unsubscribe",
        "left_title": "You are unsubscribed",
        "left_text": "We will not send you “{topic}” by {channel} any more. It holds from now on.",
        "choose_link": "Choose what you want to hear",
        "title": "What may we write to you about?",
        "intro": "Tick what you like to hear, and where. It holds as soon as you save.",
        "save": "Save",
        "none": "Stop all of it",
        "saved": "Saved. It holds from now on.",
        "stopped": "Done. We will send you no more news and offers.",
        "empty": "There is nothing to choose at the moment.",
        "gone_title": "This link leads nowhere",
        "gone_text": "It is incomplete, or too old. Please copy the whole link from the message.",
        "kept_no_longer": "This message is kept no longer.",
        "vote": "Answer",
        "vote_choose": "Your answer",
        "voted": "Thank you, your answer is kept. You can change it here.",
        "vote_none": "Please choose an answer.",
        "languages": "Language",
        "email": "e-mail",
    },
    "ru": {
        "leave_title": "Отписаться",
        "leave_question": "Больше не получать «{topic}» ({channel})?",
        "leave_button": "Да, отписаться",
        "left_title": "Вы отписаны",
        "left_text": "Мы больше не будем присылать вам «{topic}» ({channel}). Это уже действует.",
        "choose_link": "Выбрать, о чём вам писать",
        "title": "О чём вам писать?",
        "intro": "Отметьте, что вам интересно и где. Это начнёт действовать сразу.",
        "save": "Сохранить",
        "none": "Ничего не присылать",
        "saved": "Сохранено. Это уже действует.",
        "stopped": "Готово. Мы больше не пришлём вам новостей и предложений.",
        "empty": "Сейчас выбирать нечего.",
        "gone_title": "Эта ссылка никуда не ведёт",
        "gone_text": "Она неполная или устарела. Скопируйте ссылку из письма целиком.",
        "kept_no_longer": "Это письмо больше не хранится.",
        "vote": "Ответить",
        "vote_choose": "Ваш ответ",
        "voted": "Спасибо, ваш ответ сохранён. Здесь его можно изменить.",
        "vote_none": "Выберите, пожалуйста, ответ.",
        "languages": "Язык",
        "email": "эл. почта",
    },
    "uk": {
        "leave_title": "Відписатися",
        "leave_question": "Більше не отримувати «{topic}» ({channel})?",
        "leave_button": "Так, відписатися",
        "left_title": "Вас відписано",
        "left_text": "Ми більше не надсилатимемо вам «{topic}» ({channel}). Це вже діє.",
        "choose_link": "Обрати, про що вам писати",
        "title": "Про що вам писати?",
        "intro": "Позначте, що вам цікаво і де. Це почне діяти одразу.",
        "save": "Зберегти",
        "none": "Нічого не надсилати",
        "saved": "Збережено. Це вже діє.",
        "stopped": "Готово. Ми більше не надішлемо вам новин і пропозицій.",
        "empty": "Зараз обирати нічого.",
        "gone_title": "Це посилання нікуди не веде",
        "gone_text": "Воно неповне або застаріло. Скопіюйте посилання з листа повністю.",
        "kept_no_longer": "Цей лист більше не зберігається.",
        "vote": "Відповісти",
        "vote_choose": "Ваша відповідь",
        "voted": "Дякуємо, вашу відповідь збережено. Тут її можна змінити.",
        "vote_none": "Будь ласка, оберіть відповідь.",
        "languages": "Мова",
        "email": "ел. пошта",
    },
    "mn": {
        "leave_title": "Бүртгэлээс гарах",
        "leave_question": "«{topic}» ({channel}) мэдээг цаашид авахгүй юу?",
        "leave_button": "Тийм, гарах",
        "left_title": "Та бүртгэлээс гарлаа",
        "left_text": "Бид танд «{topic}» ({channel}) мэдээг дахин илгээхгүй. Одооноос хүчинтэй.",
        "choose_link": "Юуны тухай мэдээ авахаа сонгох",
        "title": "Бид танд юуны тухай бичих вэ?",
        "intro": "Сонирхсон мэдээ, сувгаа тэмдэглэнэ үү. Хадгалмагц хүчинтэй болно.",
        "save": "Хадгалах",
        "none": "Юу ч илгээхгүй байх",
        "saved": "Хадгаллаа. Одооноос хүчинтэй.",
        "stopped": "Боллоо. Бид танд мэдээ, санал дахин илгээхгүй.",
        "empty": "Одоогоор сонгох зүйл алга.",
        "gone_title": "Энэ холбоос хаашаа ч хүргэхгүй",
        "gone_text": "Холбоос дутуу эсвэл хуучирсан байна. Захидлаас бүтнээр нь хуулна уу.",
        "kept_no_longer": "Энэ захидал хадгалагдаагүй байна.",
        "vote": "Хариулах",
        "vote_choose": "Таны хариулт",
        "voted": "Баярлалаа, таны хариултыг хадгаллаа. Эндээс өөрчилж болно.",
        "vote_none": "Хариултаа сонгоно уу.",
        "languages": "Хэл",
        "email": "и-мэйл",
    },
}


def pick_language(*wishes: str) -> str:
    """The first of the wishes that we speak; each is a code or an Accept-Language header."""
    for wish in wishes:
        for part in wish.split(","):
            code = part.split(";")[0].strip().lower().replace("_", "-").split("-")[0]
            if code in WORDS:
                return code
    return "en"
