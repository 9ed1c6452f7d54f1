import Testing

@testable import Forms

@Suite struct CheckDigitTests {
  @Test(arguments: ["4111 1111 1111 1111", "7992739871-3", "18"])
  func luhn(right: String) { #expect(CheckDigit.luhn.isRight(right)) }

  @Test(arguments: ["978-3-16-148410-0", "0306406152", "9780306406157"])
  func isbn(right: String) { #expect(CheckDigit.isbn.isRight(right)) }

  @Test(arguments: ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432"])
  func iban(right: String) { #expect(CheckDigit.iban.isRight(right)) }

  @Test(arguments: [
    (CheckDigit.luhn, "79927398713"), (.isbn, "9780306406157"), (.isbn, "0306406152"),
    (.iban, "DE89370400440532013000"),
  ])
  func everyOtherDigitInAnyPlaceIsWrong(check: CheckDigit, right: String) {
    let characters = Array(right)
    for place in characters.indices where characters[place].isNumber {
      for digit in "0123456789" where digit != characters[place] {
        var wrong = characters
        wrong[place] = digit
        #expect(!check.isRight(String(wrong)), "\(check) \(String(wrong))")
      }
    }
  }

  @Test(arguments: [
    (CheckDigit.luhn, "0"), (.luhn, "1?"), (.isbn, "123"), (.iban, "DE89"),
    (.iban, "D?89370400440532013000"),
  ])
  func whatCannotBeOneIsWrong(check: CheckDigit, text: String) {
    #expect(!check.isRight(text))
  }
}
